/** Instances made the body of a loop that takes their place. */

import type { Graph, GraphInput, Instance, JsonValue, Operation } from '../protocol'
import { addInstance, freeKey, freeName } from './edits'
import { entry, splitPort, viewOf, type Path, type Point } from './level'
import { linksInto, textOf, type LinkView } from './links'
import { Linking } from './linkable'
import { LOOP, REROUTE, type Known } from './ports'
import { retargeted, written } from './rewiring'
import { Bindings, type Shape } from './types'

/** The loop in the making. */
interface Plan {
  level: Graph
  inside: ReadonlySet<string>
  inputs: Record<string, GraphInput>
  outputs: Record<string, string>
  nodes: Record<string, Instance>
  /** Source outside → body's input. */
  given: Map<string, string>
  /** Output inside, as `instance.port` → its name outside. */
  told: Map<string, string>
  /** Graph input outside → body's input. */
  fed: Map<string, string>
}

/** Types whose values steer a step rather than go through it, so that they are not carried. */
const SCALARS = new Set(['int', 'float', 'str', 'bool'])

/**
 * Repeat instances: they become a loop's body. What leaves them as it came in, such as a latent, is carried
 * from turn to turn; all else that is read outside is gathered into lists.
 *
 * Returns:
 *   Null when part of a variadic port, or the start of a loop among them, comes from outside.
 */
export function loop(
  level: Graph,
  names: Iterable<string>,
  known: Known,
  at: Path = '',
  count = 10,
): Operation[] | null {
  const inside = new Set([...names].filter((name) => entry(level.nodes, name)))
  const plan: Plan = {
    level,
    inside,
    inputs: {},
    outputs: {},
    nodes: {},
    given: new Map(),
    told: new Map(),
    fed: new Map(),
  }
  if (inside.size === 0 || ![...inside].every((name) => leadIn(plan, name))) return null
  feedIn(plan)
  const read = readOutside(plan)
  const carry = carried(plan, read, known)
  for (const text of read) if (!plan.told.has(text)) tell(plan, text, outputName(plan, text, carry))
  const name = freeName(level, 'loop')
  return [
    { op: 'remove', at, names: [...inside] },
    addInstance(name, instanceOf(plan, carry, count), middleOf(plan), at),
    ...leadOut(plan, name, at),
    ...feedOn(plan, name, carry, at),
  ]
}

/** Take an instance in, and make inputs of what it reads from outside. */
function leadIn(plan: Plan, name: string): boolean {
  const instance = plan.level.nodes?.[name] ?? {}
  const outside = linksInto(name, instance).filter((link) => !plan.inside.has(link.source.name))
  const links = { ...instance.links }
  for (const link of outside) {
    const { port } = link.target
    const sources = entry(instance.links, port)
    if (link.kind !== 'link' || (Array.isArray(sources) && sources.length > 1)) return false
    give(plan, link)
    Reflect.deleteProperty(links, port)
  }
  plan.nodes[name] = { ...instance, links }
  return true
}

function give(plan: Plan, { source, target }: LinkView): void {
  const text = textOf(source)
  const input =
    plan.given.get(text) ?? freeKey(inputName(target.port), (key) => entry(plan.inputs, key) !== undefined)
  plan.given.set(text, input)
  plan.inputs[input] = { to: [...(plan.inputs[input]?.to ?? []), textOf(target)] }
}

/** Inputs of the graph that feed what is inside go on feeding it through the loop. */
function feedIn(plan: Plan): void {
  for (const [outer, declared] of Object.entries(plan.level.inputs ?? {})) {
    const to = (declared.to ?? []).filter((text) => plan.inside.has(splitPort(text).name))
    if (to.length === 0) continue
    const input = freeKey(inputName(outer), (key) => entry(plan.inputs, key) !== undefined)
    plan.inputs[input] = { to }
    plan.fed.set(outer, input)
  }
}

/** Names that a loop feeds itself are no names for other inputs. */
function inputName(port: string): string {
  return ['item', 'index', 'items', 'count'].includes(port) ? `${port}_in` : port
}

/** Outputs inside that something outside reads. */
function readOutside(plan: Plan): Set<string> {
  const read = new Set<string>()
  for (const [name, instance] of Object.entries(plan.level.nodes ?? {})) {
    if (plan.inside.has(name)) continue
    for (const { source } of linksInto(name, instance))
      if (plan.inside.has(source.name)) read.add(textOf(source))
  }
  for (const text of Object.values(plan.level.outputs ?? {}))
    if (plan.inside.has(splitPort(text).name)) read.add(text)
  return read
}

/** Pair outputs with the one input that takes them again; returns the start of each carried name. */
function carried(plan: Plan, read: ReadonlySet<string>, known: Known): Record<string, JsonValue> {
  const linking = new Linking(plan.level, known)
  const carry: Record<string, JsonValue> = {}
  const fits = (one: Shape, other: Shape) =>
    new Bindings(linking.bindings).link(one, other, known.catalogue.fits)
  const starts = new Map<string, JsonValue>()
  if (known.catalogue.nodes.has(REROUTE)) {
    for (const [outer, input] of plan.fed) starts.set(input, { link: `${rerouteName(plan, outer)}.out` })
  }
  for (const [text, input] of plan.given) starts.set(input, { link: text })
  for (const text of read) {
    const shape = linking.sourceShape(splitPort(text))
    if (!shape || !isCarried(linking.bindings.resolve(shape))) continue
    const takers = [...starts.keys()].filter((input) =>
      (plan.inputs[input]?.to ?? []).every((to) => {
        const target = linking.targetShape(splitPort(to))
        return target !== null && isCarried(linking.bindings.resolve(target)) && fits(shape, target)
      }),
    )
    const [input = ''] = takers
    if (takers.length !== 1 || entry(carry, input) !== undefined) continue
    carry[input] = starts.get(input) ?? null
    tell(plan, text, input)
  }
  return carry
}

function isCarried(shape: Shape): boolean {
  return shape.class !== undefined && !SCALARS.has(shape.class)
}

function tell(plan: Plan, text: string, output: string): void {
  plan.outputs[output] = text
  plan.told.set(text, output)
}

function outputName(plan: Plan, text: string, carry: object): string {
  const { name, port } = splitPort(text)
  const taken = (key: string) => Object.hasOwn(carry, key) || entry(plan.outputs, key) !== undefined
  return freeKey(port === 'out' ? name : port, taken)
}

function instanceOf(plan: Plan, carry: Record<string, JsonValue>, count: number): Instance {
  const { inputs, outputs, nodes } = plan
  const view = Object.fromEntries(
    Object.entries(plan.level.view ?? {}).filter(([name]) => plan.inside.has(name)),
  )
  const links = [...plan.given].filter(([, input]) => entry(carry, input) === undefined)
  return {
    type: LOOP,
    count,
    carry,
    links: Object.fromEntries(links.map(([text, input]) => [input, text])),
    collect: Object.keys(outputs).filter((output) => entry(carry, output) === undefined),
    graph: { inputs, outputs, nodes, view },
  }
}

/** Lead what was read from inside to the loop. */
function leadOut(plan: Plan, name: string, at: Path): Operation[] {
  const renamed = (text: string) => {
    const output = plan.told.get(text)
    return output === undefined ? text : `${name}.${output}`
  }
  const readers = Object.entries(plan.level.nodes ?? {}).filter(([reader]) => !plan.inside.has(reader))
  const outputs = Object.entries(plan.level.outputs ?? {}).filter(([, text]) => plan.told.has(text))
  return [
    ...readers.flatMap(([reader, instance]) => reread(plan, reader, instance, renamed, at)),
    ...outputs.map(([output, text]): Operation => ({
      op: 'expose_output',
      at,
      name: output,
      source: renamed(text),
    })),
  ]
}

function reread(
  plan: Plan,
  reader: string,
  instance: Instance,
  renamed: (text: string) => string,
  at: Path,
): Operation[] {
  const links = linksInto(reader, instance)
  const ports = new Set(
    links.filter(({ source }) => plan.inside.has(source.name)).map(({ target }) => target.port),
  )
  let after = instance
  return [...ports].flatMap((port) => {
    const linked = entry(instance.links, port)
    const texts = links
      .filter(({ target }) => target.port === port)
      .map(({ source }) => renamed(textOf(source)))
    const made = written(
      after,
      { name: reader, port },
      Array.isArray(linked) ? texts : (texts[0] ?? null),
      at,
    )
    for (const one of made) if (one.op === 'set_fields') after = { ...after, ...one.fields }
    return made
  })
}

/**
 * Let the graph's inputs feed the loop; a carried value starts from a link, so its input goes through a
 * reroute.
 */
function feedOn(plan: Plan, name: string, carry: object, at: Path): Operation[] {
  const [x, y] = middleOf(plan)
  return [...plan.fed].flatMap(([outer, input], place) => {
    const kept = (entry(plan.level.inputs, outer)?.to ?? []).filter(
      (text) => !plan.inside.has(splitPort(text).name),
    )
    if (!Object.hasOwn(carry, input))
      return [retargeted(plan.level, outer, [...kept, `${name}.${input}`], at)]
    const reroute = rerouteName(plan, outer)
    const position: Point = [x - 320, y + place * 100]
    return [
      addInstance(reroute, { type: REROUTE }, position, at),
      retargeted(plan.level, outer, [...kept, `${reroute}.value`], at),
    ]
  })
}

function rerouteName(plan: Plan, outer: string): string {
  return freeName(plan.level, `${outer.replace(/\./g, '_')}_start`)
}

function middleOf(plan: Plan): Point {
  const { positions } = viewOf(plan.level)
  const places = [...plan.inside].flatMap((name) => {
    const place = positions.get(name)
    return place ? [place] : []
  })
  const middle = (axis: 0 | 1) =>
    Math.round(places.reduce((sum, place) => sum + place[axis], 0) / Math.max(1, places.length))
  return [middle(0), middle(1)]
}
