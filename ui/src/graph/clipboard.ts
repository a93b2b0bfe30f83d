/** Instances as text: to be pasted into this level, another one, or another tab's. */

import type { Graph, Instance, JsonValue, Link, Operation } from '../protocol'
import { addInstance, freeName } from './edits'
import { entry, GROUP, isRecord, NOTE, splitPort, viewOf, type Path, type Point } from './level'
import { isLink, sourceNames } from './links'
import { isInstance, isName } from './reading'
import { retargeted } from './rewiring'
import { newId } from './viewing'

/** Says that a text is a clip. */
const MARK = 'knotwork/clip'

/** Copied instances, frames and notes. */
export interface Clip {
  clip: typeof MARK
  nodes: Record<string, Instance>
  /** What the view says of them; frames and notes are only there. */
  view: Record<string, JsonValue>
  /** Type of each instance outside that they read, to know it again. */
  outside: Record<string, string>
  /** Port that an input of the graph feeds, as `instance.port` → the input. */
  fed: Record<string, string>
}

/** Copy instances, frames and notes of a level with the links among them; sources outside are remembered. */
export function copy(level: Graph, names: Iterable<string>): Clip {
  const clip: Clip = { clip: MARK, nodes: {}, view: {}, outside: {}, fed: {} }
  for (const name of names) {
    const instance = entry(level.nodes, name)
    const shown = entry(level.view, name)
    if (!instance && !isBox(name)) continue
    if (instance) clip.nodes[name] = instance
    if (shown !== undefined) clip.view[name] = shown
  }
  noteSources(level, clip)
  return clip
}

function noteSources(level: Graph, clip: Clip): void {
  for (const [input, { to = [] }] of Object.entries(level.inputs ?? {})) {
    for (const text of to) if (Object.hasOwn(clip.nodes, splitPort(text).name)) clip.fed[text] = input
  }
  for (const source of Object.values(clip.nodes).flatMap(sourceNames)) {
    const held = Object.hasOwn(clip.nodes, source) ? undefined : entry(level.nodes, source)
    if (held) clip.outside[source] = held.type ?? ''
  }
}

/** A clip for the system's clipboard. */
export function clipText(clip: Clip): string {
  return JSON.stringify(clip, null, 1)
}

/** Read a clip back; null for any text that is none. */
export function readClip(text: string): Clip | null {
  const tree = parse(text)
  if (!isRecord(tree) || tree['clip'] !== MARK) return null
  const { nodes, view = {}, outside = {}, fed = {} } = tree
  if (!isRecord(view) || !isTexts(outside) || !isTexts(fed) || !areInstances(nodes)) return null
  if (Object.keys(nodes).length === 0 && !Object.keys(view).some(isBox)) return null
  return { clip: MARK, nodes, view, outside, fed } as Clip
}

/**
 * Put copied instances into a level under fresh names, the upper left one at a place.
 *
 * Links among them stay. One from outside stays where an instance of that name and type is there, and an
 * input of the graph that feeds the copied instance feeds the new one, too.
 */
export function paste(level: Graph, clip: Clip, at: Path, position: Readonly<Point>): Operation[] {
  const names = freshNames(level, clip)
  const { positions } = viewOf(clip)
  const [left, top] = cornerOf(clip)
  const follow = (text: string): string | null => {
    const { name, port } = splitPort(text)
    const fresh = names.get(name)
    if (fresh !== undefined) return `${fresh}.${port}`
    const there = entry(level.nodes, name)
    return there && (there.type ?? '') === entry(clip.outside, name) ? text : null
  }
  let unplaced = 0
  const adds: Operation[] = []
  const shown: Operation[] = []
  for (const [name, instance] of Object.entries(clip.nodes)) {
    const fresh = names.get(name) ?? name
    const [x, y] = positions.get(name) ?? [left + 32 * ++unplaced, top + 32 * unplaced]
    const place: Point = [Math.round(position[0] + x - left), Math.round(position[1] + y - top)]
    adds.push(addInstance(fresh, relinked(instance, follow), place, at))
    shown.push(...viewed(fresh, entry(clip.view, name), place, at))
  }
  const by: Point = [position[0] - left, position[1] - top]
  return [...boxes(clip, by, at), ...adds, ...shown, ...feeds(level, clip, names, at)]
}

/** Upper left corner of what was copied. */
export function cornerOf(clip: Clip): Point {
  const places = placesOf(clip)
  const start: Point = places[0] ?? [0, 0]
  return places.reduce<Point>(([left, top], [x, y]) => [Math.min(left, x), Math.min(top, y)], start)
}

/** How far the upper left corners of what was copied lie apart, across and down. */
export function spreadOf(clip: Clip): Point {
  const [left, top] = cornerOf(clip)
  const places = placesOf(clip)
  return [Math.max(0, ...places.map(([x]) => x - left)), Math.max(0, ...places.map(([, y]) => y - top))]
}

function placesOf(clip: Clip): Point[] {
  const { positions, groups, notes } = viewOf(clip)
  return [...positions.values(), ...groups.map(({ at }) => at), ...notes.map(({ at }) => at)]
}

const isBox = (name: string) => name.startsWith(GROUP) || name.startsWith(NOTE)

/** Frames and notes under fresh ids. */
function boxes(clip: Clip, [dx, dy]: Readonly<Point>, at: Path): Operation[] {
  const { groups, notes } = viewOf(clip)
  const moved = ([x, y]: Readonly<Point>): Point => [Math.round(x + dx), Math.round(y + dy)]
  const value = (key: string, place: Readonly<Point>) => ({ ...(clip.view[key] as object), at: moved(place) })
  return [
    ...groups.map((one): Operation => ({ op: 'group', at, id: newId(), value: value(GROUP + one.id, one.at) })),
    ...notes.map((one): Operation => ({ op: 'note', at, id: newId(), value: value(NOTE + one.id, one.at) })),
  ]
}

function freshNames(level: Graph, clip: Clip): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const name of Object.keys(clip.nodes)) {
    const fresh = freeName(level, name.replace(/_\d+$/, '') || name, taken)
    taken.add(fresh)
    names.set(name, fresh)
  }
  return names
}

function feeds(level: Graph, clip: Clip, names: ReadonlyMap<string, string>, at: Path): Operation[] {
  return Object.entries(level.inputs ?? {}).flatMap(([input, { to = [] }]) => {
    const added = to.flatMap((text) => {
      const { name, port } = splitPort(text)
      return entry(clip.fed, text) === input && names.has(name) ? [`${names.get(name) ?? ''}.${port}`] : []
    })
    return added.length > 0 ? [retargeted(level, input, [...to, ...added], at)] : []
  })
}

function areInstances(nodes: unknown): nodes is Record<string, Instance> {
  return isRecord(nodes) && Object.entries(nodes).every(([name, instance]) => isName(name) && isInstance(instance))
}

function isTexts(table: unknown): boolean {
  return isRecord(table) && Object.values(table).every((value) => typeof value === 'string')
}

/** An instance whose sources are followed to where they are now; what leads nowhere is left out. */
function relinked(instance: Instance, follow: (text: string) => string | null): Instance {
  const after: Instance = { ...instance }
  if (instance.links) after.links = kept(instance.links, follow)
  const lead = (value: Link | JsonValue): Link | JsonValue => {
    if (!isLink(value)) return value
    const text = follow(value.link)
    return text === null ? null : { link: text }
  }
  if (instance.carry) {
    after.carry = Object.fromEntries(
      Object.entries(instance.carry).map(([name, start]) => [name, lead(start)]),
    )
  }
  if (isLink(instance.items)) after.items = (lead(instance.items) as Link | null) ?? []
  if (isLink(instance.count)) after.count = lead(instance.count) as Link | null
  return after
}

function kept(links: NonNullable<Instance['links']>, follow: (text: string) => string | null): typeof links {
  const after: typeof links = {}
  for (const [port, sources] of Object.entries(links)) {
    const followed = (typeof sources === 'string' ? [sources] : sources).flatMap((text) => follow(text) ?? [])
    const [first] = followed
    if (first !== undefined) after[port] = typeof sources === 'string' ? first : followed
  }
  return after
}

function viewed(name: string, shown: JsonValue | undefined, place: Point, at: Path): Operation[] {
  if (!isRecord(shown) || Object.keys(shown).every((field) => field === 'at')) return []
  const after = { ...(shown as { [k: string]: JsonValue }), at: [...place] }
  return [{ op: 'patch', at, writes: [{ where: ['view', name], old: [{ at: [...place] }], new: [after] }] }]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
