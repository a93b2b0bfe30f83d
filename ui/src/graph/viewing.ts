/** Operations on the view: groups, notes, and how instances are shown. */

import type { Graph, JsonValue, Operation } from '../protocol'
import { isFramed } from './frame'
import {
  entry,
  GROUP,
  isRecord,
  NOTE,
  NOTE_SIZE,
  viewOf,
  type GroupView,
  type NoteView,
  type Path,
  type Point,
} from './level'

/** How an instance is shown, beside where it stands; undefined leaves a field out of the file. */
export interface Shown {
  size?: Point | undefined
  collapsed?: true | undefined
  colour?: string | undefined
  pinned?: true | undefined
  framed?: boolean | undefined
}

/** Between a group's border and its members; above them there is room for the title. */
export const GROUP_MARGIN = 24
export const GROUP_TITLE = 36

/** Frame instances in a new group; nothing when none of them has a place. */
export function group(
  level: Graph,
  names: Iterable<string>,
  sizes: ReadonlyMap<string, Readonly<Point>>,
  title: string,
  at: Path = '',
  colour = '',
  id = newId(),
): Operation[] {
  const frame = frameAround(viewOf(level).positions, sizes, names)
  return frame ? setGroup(level, { id, title, colour, ...frame }, at) : []
}

/** Write a group, new or changed; fields that nobody here knows stay. */
export function setGroup(level: Graph, { id, ...fields }: GroupView, at: Path = ''): Operation[] {
  return [{ op: 'group', at, id, value: { ...shownAt(level, GROUP + id), ...fields } }]
}

/** Remove a frame; what is in it stays. */
export function ungroup(id: string, at: Path = ''): Operation[] {
  return [{ op: 'group', at, id, value: null }]
}

/** Write a new note. */
export function note(text: string, position: Readonly<Point>, at: Path = '', id = newId()): Operation[] {
  const value = { text, colour: '', at: [...position], size: [...NOTE_SIZE] }
  return [{ op: 'note', at, id, value }]
}

/** Change a note; fields that nobody here knows stay. */
export function setNote(level: Graph, { id, ...fields }: NoteView, at: Path = ''): Operation[] {
  return [{ op: 'note', at, id, value: { ...shownAt(level, NOTE + id), ...fields } }]
}

/** Remove a note. */
export function removeNote(id: string, at: Path = ''): Operation[] {
  return [{ op: 'note', at, id, value: null }]
}

/** Change how instances are shown, field by field: somebody else may move them meanwhile. */
export function show(level: Graph, names: Iterable<string>, shown: Shown, at: Path = ''): Operation[] {
  const there = [...names].filter((name) => entry(level.nodes, name))
  const fields = Object.fromEntries(Object.entries(shown).map(([field, value]) => [field, value ?? null]))
  if (there.length === 0) return []
  return [{ op: 'show', at, shown: Object.fromEntries(there.map((name) => [name, fields])) }]
}

/** Collapse instances; where all are so already, open them. */
export function toggleCollapsed(level: Graph, names: readonly string[], at: Path = ''): Operation[] {
  const { collapsed } = viewOf(level)
  return show(level, names, { collapsed: names.every((name) => collapsed.has(name)) ? undefined : true }, at)
}

/** Show the graphs inside instances as frames; where all are so already, fold them to cards. */
export function toggleFramed(level: Graph, names: readonly string[], at: Path = ''): Operation[] {
  const view = viewOf(level)
  const there = names.filter((name) => entry(level.nodes, name)?.graph)
  const all = there.every((name) => isFramed(level.nodes?.[name] ?? {}, name, view))
  return show(level, there, { framed: !all, collapsed: undefined }, at)
}

/** Pin instances where they stand; where all are so already, let them go. */
export function togglePinned(level: Graph, names: readonly string[], at: Path = ''): Operation[] {
  const { pinned } = viewOf(level)
  return show(level, names, { pinned: names.every((name) => pinned.has(name)) ? undefined : true }, at)
}

/** Give instances a colour; an empty one takes it away. */
export function setColour(level: Graph, names: Iterable<string>, colour: string, at: Path = ''): Operation[] {
  return show(level, names, { colour: colour || undefined }, at)
}

/** Give an instance's card a size; null lets it be as large as it needs. */
export function resize(level: Graph, name: string, size: Readonly<Point> | null, at: Path = ''): Operation[] {
  return show(level, [name], { size: size ? [Math.round(size[0]), Math.round(size[1])] : undefined }, at)
}

/** Names of the instances whose middle is inside a frame. */
export function membersOf(
  frame: { at: Readonly<Point>; size: Readonly<Point> },
  positions: ReadonlyMap<string, Readonly<Point>>,
  sizes: ReadonlyMap<string, Readonly<Point>>,
): string[] {
  const [left, top] = frame.at
  return [...positions.keys()].filter((name) => {
    const [x, y] = positions.get(name) ?? [0, 0]
    const [width, height] = sizes.get(name) ?? [0, 0]
    const [across, down] = [x + width / 2 - left, y + height / 2 - top]
    return across >= 0 && down >= 0 && across <= frame.size[0] && down <= frame.size[1]
  })
}

/** The frame that instances fit in, with margins; null when none of them has a place. */
export function frameAround(
  positions: ReadonlyMap<string, Readonly<Point>>,
  sizes: ReadonlyMap<string, Readonly<Point>>,
  names: Iterable<string>,
): { at: Point; size: Point } | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const name of names) {
    const [x, y] = positions.get(name) ?? [NaN, NaN]
    if (Number.isNaN(x)) continue
    const [width, height] = sizes.get(name) ?? [0, 0]
    ;[left, top] = [Math.min(left, x), Math.min(top, y)]
    ;[right, bottom] = [Math.max(right, x + width), Math.max(bottom, y + height)]
  }
  if (left > right) return null
  return {
    at: [left - GROUP_MARGIN, top - GROUP_MARGIN - GROUP_TITLE],
    size: [right - left + 2 * GROUP_MARGIN, bottom - top + 2 * GROUP_MARGIN + GROUP_TITLE],
  }
}

/** An id that nobody else makes at the same moment. */
export function newId(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
  return number.toString(36)
}

function shownAt(level: Graph, key: string): { [k: string]: JsonValue } {
  const shown = entry(level.view, key)
  return isRecord(shown) ? (shown as { [k: string]: JsonValue }) : {}
}
