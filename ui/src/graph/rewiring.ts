/**
 * Operations on links, wherever they are written down: in an instance's links, in the fields of a loop, or in
 * the inputs and outputs of the graph.
 */

import type { Graph, Instance, JsonValue, Operation } from '../protocol'
import { entry, splitPort, type Path } from './level'
import { INPUTS, linksOf, OUTPUTS, sourcesOf, textOf, type LinkView, type PortRef } from './links'
import { isVariadic, LOOP, REROUTE, type Known } from './ports'

/**
 * Link a source to a port. A variadic port takes it at a place, or at the end; any other lets its old one go.
 *
 * From a graph's input (`INPUTS`) the input feeds the port; into `OUTPUTS` the output of that name is led.
 */
export function link(
  level: Graph,
  from: PortRef,
  to: PortRef,
  known: Known,
  at: Path = '',
  index: number = Infinity,
): Operation[] {
  if (to.name === OUTPUTS) return from.name === INPUTS ? [] : [exposed(to.port, textOf(from), at)]
  const instance = entry(level.nodes, to.name)
  if (!instance) return []
  if (from.name === INPUTS) return feed(level, from.port, to, instance, at)
  const released = release(level, to, at)
  const sources = isVariadic(instance, to, known) ? sourcesOf(instance, to.port) : null
  const source = sources ? sources.toSpliced(index, 0, textOf(from)) : textOf(from)
  return [...released, ...written(instance, to, source, at)]
}

/** Take links away; of a variadic port's list the others stay. */
export function unlinkAll(level: Graph, links: readonly LinkView[], at: Path = ''): Operation[] {
  const inputs = links.filter((each) => each.kind === 'input')
  const outputs = links.filter((each) => each.kind === 'output')
  const ports = byTarget(links.filter((each) => each.kind !== 'input' && each.kind !== 'output'))
  return [
    ...[...ports.values()].flatMap((gone) => unlinkPort(level, gone, at)),
    ...starve(level, new Set(inputs.map((each) => textOf(each.target))), at),
    ...outputs.map(({ target }): Operation => ({ op: 'unexpose_output', at, name: target.port })),
  ]
}

/** Take one link away. */
export function unlink(level: Graph, gone: LinkView, at: Path = ''): Operation[] {
  return unlinkAll(level, [gone], at)
}

/** Let links come from another source; each keeps its place. */
export function moveLinks(
  level: Graph,
  links: readonly LinkView[],
  source: PortRef,
  at: Path = '',
): Operation[] {
  if (source.name === INPUTS) return []
  const fed = new Set(links.filter((each) => each.kind === 'input').map((each) => textOf(each.target)))
  const ports = byTarget(links.filter((each) => each.kind !== 'output'))
  const outputs = links.filter((each) => each.kind === 'output')
  return [
    ...starve(level, fed, at),
    ...[...ports.values()].flatMap((moved) => movePort(level, moved, textOf(source), at)),
    ...outputs.map(({ target }) => exposed(target.port, textOf(source), at)),
  ]
}

/** Let what a reroute point leads to come from where it is led from; nothing for other instances. */
export function leadPast(level: Graph, name: string, at: Path = ''): Operation[] {
  const instance = entry(level.nodes, name)
  const [source] = instance?.type === REROUTE ? sourcesOf(instance, 'value') : []
  if (source === undefined) return []
  const led = linksOf(level).filter((each) => each.source.name === name)
  return moveLinks(level, led, splitPort(source), at)
}

/** Put an end of a link elsewhere, as dragging it does. */
export function reconnect(
  level: Graph,
  old: LinkView,
  from: PortRef,
  to: PortRef,
  known: Known,
  at: Path = '',
): Operation[] {
  const stays = textOf(old.target) === textOf(to)
  if (stays && textOf(old.source) === textOf(from)) return []
  if (stays && from.name !== INPUTS) return moveLinks(level, [old], from, at)
  return [...unlink(level, old, at), ...link(level, from, to, known, at)]
}

/** Fields that hold a port of a loop: a carried name, its items or its count; null for any other port. */
export function loopField(
  instance: Instance,
  port: string,
  value: JsonValue,
): Record<string, JsonValue> | null {
  if (instance.type !== LOOP) return null
  if (entry(instance.carry, port) !== undefined)
    return { carry: { ...(instance.carry as object), [port]: value } }
  const hasItems = instance.items !== undefined && instance.items !== null
  if (port === 'items' && hasItems) return { items: value ?? [] }
  return port === 'count' && !hasItems ? { count: value } : null
}

/** Let no graph input feed a port any more: it would go before a link. */
export function release(level: Graph, to: PortRef, at: Path): Operation[] {
  return starve(level, new Set([textOf(to)]), at)
}

/** Give a graph's input other targets. */
export function retargeted(level: Graph, input: string, to: string[], at: Path): Operation {
  return { op: 'expose_input', at, name: input, input: { ...(entry(level.inputs, input) as object), to } }
}

function starve(level: Graph, gone: ReadonlySet<string>, at: Path): Operation[] {
  if (gone.size === 0) return []
  return Object.entries(level.inputs ?? {}).flatMap(([input, { to = [] }]) => {
    const kept = to.filter((text) => !gone.has(text))
    return kept.length < to.length ? [retargeted(level, input, kept, at)] : []
  })
}

function feed(level: Graph, input: string, to: PortRef, instance: Instance, at: Path): Operation[] {
  const others = Object.entries(level.inputs ?? {}).flatMap(([name, declared]) =>
    name !== input && declared.to?.includes(textOf(to))
      ? [
          retargeted(
            level,
            name,
            declared.to.filter((text) => text !== textOf(to)),
            at,
          ),
        ]
      : [],
  )
  const already = entry(level.inputs, input)?.to ?? []
  const linked = sourcesOf(instance, to.port).length > 0 ? written(instance, to, null, at) : []
  const targets = already.includes(textOf(to)) ? already : [...already, textOf(to)]
  return [...others, ...linked, retargeted(level, input, targets, at)]
}

function unlinkPort(level: Graph, gone: readonly LinkView[], at: Path): Operation[] {
  const [first] = gone
  const instance = first && entry(level.nodes, first.target.name)
  if (!instance) return []
  const places = new Set(gone.map((each) => each.index))
  const kept = sourcesOf(instance, first.target.port).filter((_, place) => !places.has(place))
  return written(instance, first.target, kept.length > 0 ? kept : null, at)
}

function movePort(level: Graph, moved: readonly LinkView[], source: string, at: Path): Operation[] {
  const [first] = moved
  const instance = first && entry(level.nodes, first.target.name)
  if (!instance) return []
  const linked = entry(instance.links, first.target.port)
  if (!Array.isArray(linked)) return written(instance, first.target, source, at)
  const places = new Set(moved.map((each) => each.index))
  return written(
    instance,
    first.target,
    linked.map((text, place) => (places.has(place) ? source : text)),
    at,
  )
}

/** Write the sources of a port where they belong; null for none. */
export function written(
  instance: Instance,
  to: PortRef,
  source: string | string[] | null,
  at: Path,
): Operation[] {
  const { name, port } = to
  const linked = entry(instance.links, port) !== undefined
  const one = Array.isArray(source) ? (source[0] ?? null) : source
  const fields = linked ? null : loopField(instance, port, one === null ? null : { link: one })
  if (fields) return [{ op: 'set_fields', at, name, fields }]
  if (source === null) return [{ op: 'unlink', at, name, port }]
  return [{ op: 'link', at, name, port, source }]
}

function exposed(name: string, source: string, at: Path): Operation {
  return { op: 'expose_output', at, name, source }
}

function byTarget(links: readonly LinkView[]): Map<string, LinkView[]> {
  const ports = new Map<string, LinkView[]>()
  for (const each of links) {
    const key = textOf(each.target)
    const others = ports.get(key)
    if (others) others.push(each)
    else ports.set(key, [each])
  }
  return ports
}
