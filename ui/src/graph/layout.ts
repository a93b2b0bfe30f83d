/** Places for the instances of a level: laid out anew, lined up, spread evenly, or put on a grid. */

import type { Graph, Operation } from '../protocol'
import { moveTo } from './edits'
import { CARD_WIDTH, HEADER_HEIGHT } from './geometry'
import { GROUP, viewOf, type GroupView, type LevelView, type Path, type Point } from './level'
import { INPUTS, linksOf, OUTPUTS, type LinkView } from './links'
import { inOrder } from './path'
import { frameAround, membersOf, setGroup } from './viewing'

/** Width and height of the cards by instance. */
export type Sizes = ReadonlyMap<string, Readonly<Point>>
export type Places = Map<string, Point>

/** Places of a laid-out level, and its groups around what they held. */
export interface Layout {
  positions: Places
  groups: GroupView[]
}

export type Edge = 'left' | 'right' | 'top' | 'bottom' | 'centre' | 'middle'

/** Between columns, and between cards of a column. */
const COLUMN_GAP = 80
const ROW_GAP = 32
/** From so many instances on, ranks are found the quick way. */
const LARGE = 500
const SIZE: Readonly<Point> = [CARD_WIDTH, 200]

/**
 * Lay a level out from left to right along its links. Pinned instances stay where they are, groups keep what is
 * in them, and the upper left corner stays, so that the picture does not jump away.
 */
export async function autoLayout(level: Graph, sizes: Sizes): Promise<Layout> {
  const { Graph: Dagre, layout } = await import('@dagrejs/dagre')
  const view = viewOf(level)
  const names = Object.keys(level.nodes ?? {}).filter((name) => !view.pinned.has(name))
  const dagre = new Dagre({ compound: true })
  const ranker = names.length > LARGE ? 'longest-path' : 'network-simplex'
  dagre.setGraph({ rankdir: 'LR', nodesep: ROW_GAP, ranksep: COLUMN_GAP, ranker })
  dagre.setDefaultEdgeLabel(() => ({}))
  for (const name of names) dagre.setNode(name, boxOf(sizes, name))
  const members = membersByGroup(view, sizes, new Set(names))
  for (const [id, inside] of members) {
    dagre.setNode(GROUP + id, {})
    for (const name of inside) dagre.setParent(name, GROUP + id)
  }
  for (const { source, target } of linksOf(level)) {
    if (dagre.hasNode(source.name) && dagre.hasNode(target.name)) dagre.setEdge(source.name, target.name)
  }
  layout(dagre)
  const positions: Places = new Map(names.map((name) => [name, upperLeft(dagre.node(name), sizes, name)]))
  const moved = shifted(positions, view.positions)
  return { positions: moved, groups: framed(view.groups, members, moved, sizes) }
}

/** Places for instances that have none: in columns along the links, below what has been placed. */
export function placeMissing(level: Graph, view: LevelView, sizes: Sizes): Places {
  const missing = inOrder(level).filter((name) => !view.positions.has(name))
  if (missing.length === 0) return new Map()
  const heightOf = (name: string) => (sizes.get(name) ?? SIZE)[1] + ROW_GAP
  const top = [...view.positions].reduce((most, [name, [, y]]) => Math.max(most, y + heightOf(name)), 0)
  const columns = columnsOf(linksOf(level), missing)
  const lefts = leftsOf(columns, sizes)
  const ends = lefts.map(() => top)
  const places: Places = new Map()
  for (const [name, column] of columns) {
    const y = ends[column] ?? top
    places.set(name, [lefts[column] ?? 0, y])
    ends[column] = y + heightOf(name)
  }
  return places
}

/** Operations that put a layout into force. */
export function arrange(level: Graph, { positions, groups }: Layout, at: Path = ''): Operation[] {
  return [...moveTo(positions, at), ...groups.flatMap((group) => setGroup(level, group, at))]
}

/** Line instances up along an edge, or their middles: `centre` along a vertical line, `middle` along a level one. */
export function align(names: Iterable<string>, edge: Edge, positions: ReadonlyMap<string, Readonly<Point>>, sizes: Sizes): Places {
  const boxes = boxesOf(names, positions, sizes)
  const axis = edge === 'left' || edge === 'right' || edge === 'centre' ? 0 : 1
  const starts = boxes.map((box) => box.at[axis])
  const ends = boxes.map((box) => box.at[axis] + box.size[axis])
  const [least, most] = [Math.min(...starts), Math.max(...ends)]
  const startOf = (length: number) => {
    if (edge === 'left' || edge === 'top') return least
    return edge === 'right' || edge === 'bottom' ? most - length : (least + most - length) / 2
  }
  return new Map(boxes.map(({ name, at, size }) => [name, along(at, axis, startOf(size[axis]))]))
}

/** Give instances equal gaps, the outer ones staying where they are. */
export function distribute(
  names: Iterable<string>,
  direction: 'across' | 'down',
  positions: ReadonlyMap<string, Readonly<Point>>,
  sizes: Sizes,
): Places {
  const axis = direction === 'across' ? 0 : 1
  const boxes = boxesOf(names, positions, sizes).sort((one, other) => one.at[axis] - other.at[axis])
  const [first, last] = [boxes[0], boxes.at(-1)]
  if (!first || !last || boxes.length < 3) return new Map()
  const length = boxes.reduce((sum, box) => sum + box.size[axis], 0)
  const gap = (last.at[axis] + last.size[axis] - first.at[axis] - length) / (boxes.length - 1)
  const places: Places = new Map()
  let start = first.at[axis]
  for (const { name, at, size } of boxes) {
    places.set(name, along(at, axis, start))
    start += size[axis] + gap
  }
  return places
}

/** The nearest place on a grid. */
export function snap([x, y]: Readonly<Point>, grid: number): Point {
  return [Math.round(x / grid) * grid, Math.round(y / grid) * grid]
}

interface Box {
  name: string
  at: Readonly<Point>
  size: Readonly<Point>
}

function boxesOf(names: Iterable<string>, positions: ReadonlyMap<string, Readonly<Point>>, sizes: Sizes): Box[] {
  return [...names].flatMap((name) => {
    const at = positions.get(name)
    return at ? [{ name, at, size: sizes.get(name) ?? [CARD_WIDTH, HEADER_HEIGHT] }] : []
  })
}

function boxOf(sizes: Sizes, name: string): { width: number; height: number } {
  const [width, height] = sizes.get(name) ?? SIZE
  return { width, height }
}

function upperLeft(node: { x?: number; y?: number }, sizes: Sizes, name: string): Point {
  const { width, height } = boxOf(sizes, name)
  return [Math.round((node.x ?? 0) - width / 2), Math.round((node.y ?? 0) - height / 2)]
}

function along(at: Readonly<Point>, axis: 0 | 1, start: number): Point {
  return axis === 0 ? [start, at[1]] : [at[0], start]
}

/** Group → its members; an instance in several frames belongs to the smallest. */
function membersByGroup(view: LevelView, sizes: Sizes, free: ReadonlySet<string>): Map<string, string[]> {
  const taken = new Set<string>()
  const members = new Map<string, string[]>()
  for (const group of view.groups.toSorted((one, other) => one.size[0] * one.size[1] - other.size[0] * other.size[1])) {
    const inside = membersOf(group, view.positions, sizes).filter((name) => free.has(name) && !taken.has(name))
    for (const name of inside) taken.add(name)
    if (inside.length > 0) members.set(group.id, inside)
  }
  return members
}

/** Places moved together, so that their upper left corner is where it was. */
function shifted(places: Places, before: ReadonlyMap<string, Readonly<Point>>): Places {
  const [left, top] = cornerOf(places)
  const [wantedLeft, wantedTop] = cornerOf(new Map([...before].filter(([name]) => places.has(name))))
  return new Map([...places].map(([name, [x, y]]) => [name, [x + wantedLeft - left, y + wantedTop - top]]))
}

function cornerOf(places: ReadonlyMap<string, Readonly<Point>>): Point {
  let [left, top] = [Infinity, Infinity]
  for (const [x, y] of places.values()) [left, top] = [Math.min(left, x), Math.min(top, y)]
  return places.size > 0 ? [left, top] : [0, 0]
}

function framed(groups: GroupView[], members: Map<string, string[]>, positions: Places, sizes: Sizes): GroupView[] {
  return groups.flatMap((group) => {
    const frame = frameAround(positions, sizes, members.get(group.id) ?? [])
    return frame ? [{ ...group, ...frame }] : []
  })
}

/** Where each column begins, each as wide as the widest in it. */
function leftsOf(columns: ReadonlyMap<string, number>, sizes: Sizes): number[] {
  const widths: number[] = []
  for (const [name, column] of columns) {
    widths[column] = Math.max(widths[column] ?? 0, (sizes.get(name) ?? SIZE)[0])
  }
  let left = -COLUMN_GAP
  return widths.map((width) => {
    const start = left + COLUMN_GAP
    left = start + width
    return start
  })
}

/** Column of each instance: one more than the rightmost that it reads; names come in the order of the links. */
function columnsOf(links: readonly LinkView[], names: readonly string[]): Map<string, number> {
  const columns = new Map<string, number>(names.map((name) => [name, 0]))
  const sources = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const { source, target } of links) {
    if (source.name !== INPUTS && target.name !== OUTPUTS && columns.has(source.name)) sources.get(target.name)?.push(source.name)
  }
  const placed = new Set<string>()
  for (const name of names) {
    const before = (sources.get(name) ?? []).filter((source) => placed.has(source))
    columns.set(name, before.reduce((most, source) => Math.max(most, (columns.get(source) ?? 0) + 1), 0))
    placed.add(name)
  }
  return columns
}
