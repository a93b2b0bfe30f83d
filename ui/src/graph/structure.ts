/**
 * Operations that change how a level is built: nodes on links, named inputs and outputs, subgraphs, loops.
 */

import type { Graph, GraphInput, Instance, JsonValue, Operation } from '../protocol'
import { addInstance, freeKey, freeName, removeAll } from './edits'
import { entry, type Path, type Point } from './level'
import { fedPorts, INPUTS, isLink, sourcesOf, textOf, type LinkView, type PortRef } from './links'
import { Linking } from './linkable'
import { interfaceOf, LOOP, REROUTE, shapeOf, type Interface, type Known } from './ports'
import { leadPast, moveLinks, release, retargeted, written } from './rewiring'
import { Bindings, isUnknown, ownedBy, UNKNOWN, type Shape } from './types'

/** An instance that is there, put into a link; null when the link's types don't pass through it. */
export function insertOnLink(
  level: Graph,
  link: LinkView,
  name: string,
  known: Known,
  at: Path = '',
): Operation[] | null {
  const instance = entry(level.nodes, name)
  if (!instance || link.source.name === name || link.target.name === name) return null
  const linking = new Linking(level, known)
  const ports = linking.ports(name)
  const fed = fedPorts(level).get(name)
  const free = (port: string) => sourcesOf(instance, port).length === 0 && !fed?.has(port)
  const way = ports && passage(linking, level, link, ports, name, known, free)
  return way ? led(level, link, { name, port: way.input }, { name, port: way.output }, at) : null
}

/** A new instance of a node, put into a link; null when the link's types don't pass through it. */
export function insertNewOnLink(
  level: Graph,
  link: LinkView,
  type: string,
  position: Readonly<Point>,
  known: Known,
  at: Path = '',
): Operation[] | null {
  const node = known.catalogue.nodes.get(type)
  const name = freeName(level, type)
  const instance: Instance = { type, version: node?.version ?? 1 }
  const ports = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const way = ports && passage(new Linking(level, known), level, link, ports, name, known, () => true)
  if (!way) return null
  const add = addInstance(name, instance, position, at)
  return [add, ...led(level, link, { name, port: way.input }, { name, port: way.output }, at)]
}

/** Lead a link around by way of a point; the link of a graph input that has a value can't be. */
export function reroute(
  level: Graph,
  link: LinkView,
  position: Readonly<Point>,
  known: Known,
  at: Path = '',
): Operation[] {
  return insertNewOnLink(level, link, REROUTE, position, known, at) ?? []
}

/** Remove instances with all that is linked to them; of a reroute point alone the link stays. */
export function removeFrom(level: Graph, names: readonly string[], at: Path = ''): Operation[] {
  const [name = ''] = names
  return [...(names.length === 1 ? leadPast(level, name, at) : []), ...removeAll(names, at)]
}

/**
 * Make a port a named input of the graph, with the value that it has now.
 *
 * A value that a loop carries keeps the link that it starts from: nothing is made of such a port.
 */
export function exposeInput(
  level: Graph,
  name: string,
  port: string,
  known: Known,
  at: Path = '',
): Operation[] {
  const instance = entry(level.nodes, name)
  if (!instance || isLink(entry(instance.carry, port))) return []
  const ports = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const input = freeKey(port, (key) => entry(level.inputs, key) !== undefined)
  const declared: { [k: string]: JsonValue } = { to: [`${name}.${port}`], title: titled(port) }
  const value = startValue(instance, port) ?? ports?.inputs[port]?.schema['default']
  if (value !== undefined) declared['default'] = value
  else if (ports?.inputs[port]?.optional) declared['default'] = null
  const unlinked = sourcesOf(instance, port).length > 0 ? written(instance, { name, port }, null, at) : []
  return [
    ...release(level, { name, port }, at),
    ...unlinked,
    { op: 'expose_input', at, name: input, input: declared },
  ]
}

/** Make an output of an instance a named output of the graph. */
export function exposeOutput(level: Graph, name: string, port: string, at: Path = ''): Operation[] {
  const output = freeKey(port === 'out' ? name : port, (key) => entry(level.outputs, key) !== undefined)
  return [{ op: 'expose_output', at, name: output, source: `${name}.${port}` }]
}

/** Change fields of a graph's input; undefined takes one away. */
export function changeInput(level: Graph, name: string, change: Partial<GraphInput>, at: Path = ''): Operation[] {
  const declared = entry(level.inputs, name)
  if (!declared) return []
  const input = { ...declared, ...change } as { [k: string]: JsonValue }
  for (const [field, value] of Object.entries(change)) if (value === undefined) Reflect.deleteProperty(input, field)
  return [{ op: 'expose_input', at, name, input }]
}

/** Take a named input away. */
export function unexposeInput(name: string, at: Path = ''): Operation[] {
  return [{ op: 'unexpose_input', at, name }]
}

/** Take a named output away. */
export function unexposeOutput(name: string, at: Path = ''): Operation[] {
  return [{ op: 'unexpose_output', at, name }]
}

/** Move instances into a new subgraph that takes their place. */
export function embed(level: Graph, names: Iterable<string>, at: Path = '', base = 'subgraph'): Operation[] {
  const all = [...names].filter((name) => entry(level.nodes, name))
  return all.length > 0 ? [{ op: 'embed', at, names: all, name: freeName(level, base) }] : []
}

/** Put what is inside a subgraph in its place. */
export function unpack(name: string, at: Path = ''): Operation[] {
  return [{ op: 'unpack', at, name }]
}

/** Add a loop with an empty body. */
export function addLoop(level: Graph, position: Readonly<Point>, at: Path = '', count = 10): Operation[] {
  return [addInstance(freeName(level, 'loop'), { type: LOOP, count, graph: {} }, position, at)]
}

/** A port's name as people read it. */
export function titled(name: string): string {
  const words = name.replace(/_+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function startValue(instance: Instance, port: string): JsonValue | undefined {
  const value = entry(instance.params, port)
  if (value !== undefined) return value
  if (instance.type !== LOOP) return undefined
  const start = entry(instance.carry, port) ?? (port === 'count' ? instance.count : undefined)
  return typeof start === 'object' ? undefined : start
}

/**
 * What a link brings and what its end takes; of an end of which nothing is known, what the other one says.
 */
interface Way {
  source: Shape
  target: Shape
  bindings: Bindings
  /** Whether a value may come along it, so that it needs a port where one can be typed. */
  bringsValue: boolean
}

function wayOf(linking: Linking, level: Graph, link: LinkView): Way {
  const source = linking.sourceShape(link.source) ?? UNKNOWN
  const target = linking.targetShape(link.target) ?? UNKNOWN
  const input = link.source.name === INPUTS ? entry(level.inputs, link.source.port) : undefined
  return {
    source: isUnknown(source) ? target : source,
    target: isUnknown(target) ? source : target,
    bindings: linking.without(link),
    bringsValue: input?.default !== undefined && input.default !== null,
  }
}

/** The first input that takes what the link brings and the first output that gives what its end takes. */
function passage(
  linking: Linking,
  level: Graph,
  link: LinkView,
  ports: Interface,
  name: string,
  known: Known,
  isFree: (port: string) => boolean,
): { input: string; output: string } | null {
  const way = wayOf(linking, level, link)
  for (const [input, taken] of Object.entries(ports.inputs)) {
    if (!isFree(input) || (way.bringsValue && !taken.param)) continue
    if (linking.circles(link.source, { name, port: input })) continue
    for (const [output, given] of Object.entries(ports.outputs)) {
      const passes = passesThrough(way, ownedBy(shapeOf(taken), name), ownedBy(shapeOf(given), name), known)
      if (passes && !linking.circles({ name, port: output }, link.target)) return { input, output }
    }
  }
  return null
}

function passesThrough(way: Way, taken: Shape, given: Shape, { catalogue }: Known): boolean {
  const tried = new Bindings(way.bindings)
  const through = !isUnknown(way.source) || tried.link(given, taken, catalogue.fits)
  return (
    through && tried.link(way.source, taken, catalogue.fits) && tried.link(given, way.target, catalogue.fits)
  )
}

/** Lead a link into one port and on from another. */
function led(level: Graph, link: LinkView, into: PortRef, from: PortRef, at: Path): Operation[] {
  if (link.source.name !== INPUTS) {
    const source = textOf(link.source)
    return [{ op: 'link', at, ...into, source }, ...moveLinks(level, [link], from, at)]
  }
  const target = textOf(link.target)
  const targets = (entry(level.inputs, link.source.port)?.to ?? []).map((text) =>
    text === target ? textOf(into) : text,
  )
  return [
    retargeted(level, link.source.port, targets, at),
    { op: 'link', at, name: link.target.name, port: link.target.port, source: textOf(from) },
  ]
}
