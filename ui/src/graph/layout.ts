/** Places for the instances of a level: laid out anew, lined up, spread evenly, or put on a grid. */

import type { Graph, Operation } from '../protocol'
import { moveTo } from './edits'
import { CARD_WIDTH, HEADER_HEIGHT } from './geometry'
import { GROUP, viewOf, type GroupView, type LevelView, type Path, type Point } from './level'
import { linksOf, type LinkView } from './links'
import { inOrder, sorted } from './path'
import { frameAround, GROUP_MARGIN, GROUP_TITLE, membersOf, setGroup } from './viewing'

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
/** Cards, and columns that links lead across: dagre takes minutes for a few thousand. */
const LARGE = 400
const SIZE: Readonly<Point> = [CARD_WIDTH, 200]

/**
 * Lay a level out from left to right along its links. Pinned instances stay where they are, groups keep what
 * is in them, and the upper left corner stays, so that the picture does not jump away.
 */
export async function autoLayout(level: Graph, sizes: Sizes): Promise<Layout> {
  const view = viewOf(level)
  const names = inOrder(level).filter((name) => !view.pinned.has(name))
  const members = membersByGroup(view, sizes, new Set(names))
  const columns = columnsOf(linksOf(level), names)
  const spans = linksOf(level).map(
    ({ source, target }) => (columns.get(target.name) ?? 0) - (columns.get(source.name) ?? 0),
  )
  const work = spans.reduce((sum, span) => sum + Math.abs(span), names.length)
  const places =
    work > LARGE ? inBlocks(level, names, members, sizes) : await byDagre(level, names, members, sizes)
  const positions = shifted(places, view.positions)
  return { positions, groups: framed(view.groups, members, positions, sizes) }
}

async function byDagre(level: Graph, names: string[], members: Members, sizes: Sizes): Promise<Places> {
  const { Graph: Dagre, layout } = await import('@dagrejs/dagre')
  const dagre = new Dagre({ compound: true })
  dagre.setGraph({ rankdir: 'LR', nodesep: ROW_GAP, ranksep: COLUMN_GAP })
  dagre.setDefaultEdgeLabel(() => ({}))
  for (const name of names) dagre.setNode(name, boxOf(sizes, name))
  for (const [id, inside] of members) {
    dagre.setNode(GROUP + id, {})
    for (const name of inside) dagre.setParent(name, GROUP + id)
  }
  for (const { source, target } of linksOf(level)) {
    if (dagre.hasNode(source.name) && dagre.hasNode(target.name)) dagre.setEdge(source.name, target.name)
  }
  layout(dagre)
  return new Map(names.map((name) => [name, upperLeft(dagre.node(name), sizes, name)]))
}

/** Each group laid out by itself, then all of them as if they were cards. */
function inBlocks(level: Graph, names: string[], members: Members, sizes: Sizes): Places {
  const links = linksOf(level)
  const blockOf = new Map<string, string>()
  const blocks = new Map<string, Places>()
  const outer = new Map(sizes)
  for (const [id, inside] of members) {
    const key = GROUP + id
    const places = inColumns(links, inside, sizes)
    const frame = frameAround(places, sizes, inside)
    blocks.set(key, places)
    outer.set(key, frame?.size ?? SIZE)
    for (const name of inside) blockOf.set(name, key)
  }
  const among = links.map(({ source, target }): Ends => [
    blockOf.get(source.name) ?? source.name,
    blockOf.get(target.name) ?? target.name,
  ])
  const order = [...new Set(names.map((name) => blockOf.get(name) ?? name))]
  const places: Places = new Map()
  for (const [key, [x, y]] of inColumnsOf(among, order, outer)) {
    const inside = blocks.get(key)
    if (!inside) places.set(key, [x, y])
    else
      for (const [name, [dx, dy]] of inside)
        places.set(name, [x + GROUP_MARGIN + dx, y + GROUP_MARGIN + GROUP_TITLE + dy])
  }
  return places
}

/** Operations that put a layout into force. */
export function arrange(level: Graph, { positions, groups }: Layout, at: Path = ''): Operation[] {
  return [...moveTo(positions, at), ...groups.flatMap((group) => setGroup(level, group, at))]
}

/**
 * Line instances up along an edge, or their middles: `centre` along a vertical line, `middle` along a level
 * one.
 */
export function align(
  names: Iterable<string>,
  edge: Edge,
  positions: ReadonlyMap<string, Readonly<Point>>,
  sizes: Sizes,
): Places {
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

/**
 * Give instances equal gaps, the outer ones staying where they are; where these are too near, only the first one
 * stays, and none covers another.
 */
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
  const between = (last.at[axis] + last.size[axis] - first.at[axis] - length) / (boxes.length - 1)
  const gap = between < 0 ? ROW_GAP : between
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

type Members = ReadonlyMap<string, string[]>
/** Names at the two ends of a link. */
type Ends = readonly [string, string]

interface Box {
  name: string
  at: Readonly<Point>
  size: Readonly<Point>
}

function boxesOf(
  names: Iterable<string>,
  positions: ReadonlyMap<string, Readonly<Point>>,
  sizes: Sizes,
): Box[] {
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
  for (const group of view.groups.toSorted(
    (one, other) => one.size[0] * one.size[1] - other.size[0] * other.size[1],
  )) {
    const inside = membersOf(group, view.positions, sizes).filter(
      (name) => free.has(name) && !taken.has(name),
    )
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

function framed(groups: GroupView[], members: Members, positions: Places, sizes: Sizes): GroupView[] {
  return groups.flatMap((group) => {
    const frame = frameAround(positions, sizes, members.get(group.id) ?? [])
    return frame ? [{ ...group, ...frame }] : []
  })
}

/** Places in columns, each card as near as may be to the height of those that it reads. */
function inColumns(links: readonly LinkView[], names: readonly string[], sizes: Sizes): Places {
  return inColumnsOf(endsOf(links), names, sizes)
}

function inColumnsOf(ends: readonly Ends[], names: readonly string[], sizes: Sizes): Places {
  const sources = sourcesOf(ends, names)
  const columns: string[][] = []
  for (const [name, column] of columnsFrom(sources, sorted(sources))) (columns[column] ??= []).push(name)
  const middles = new Map<string, number>()
  const places: Places = new Map()
  let left = 0
  for (const column of columns) {
    const wanted = new Map(
      column.map((name) => [name, mean((sources.get(name) ?? []).flatMap((one) => middles.get(one) ?? []))]),
    )
    column.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0))
    let y = 0
    for (const name of column) {
      const [, height] = sizes.get(name) ?? SIZE
      places.set(name, [left, y])
      middles.set(name, y + height / 2)
      y += height + ROW_GAP
    }
    left += column.reduce((most, name) => Math.max(most, (sizes.get(name) ?? SIZE)[0]), 0) + COLUMN_GAP
  }
  return places
}

/** Name → the names in front of it, both among those that are asked for. */
function sourcesOf(ends: readonly Ends[], names: readonly string[]): Map<string, string[]> {
  const sources = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const [source, target] of ends)
    if (source !== target && sources.has(source)) sources.get(target)?.push(source)
  return sources
}

function endsOf(links: readonly LinkView[]): Ends[] {
  return links.map(({ source, target }) => [source.name, target.name])
}

/**
 * Column of each instance: one more than the rightmost that it reads; names come in the order of the links.
 */
function columnsOf(links: readonly LinkView[], names: readonly string[]): Map<string, number> {
  return columnsFrom(sourcesOf(endsOf(links), names), names)
}

function columnsFrom(
  sources: ReadonlyMap<string, readonly string[]>,
  order: readonly string[],
): Map<string, number> {
  const columns = new Map<string, number>()
  for (const name of order) {
    const before = sources.get(name) ?? []
    columns.set(
      name,
      before.reduce((most, source) => Math.max(most, (columns.get(source) ?? -1) + 1), 0),
    )
  }
  return columns
}

function mean(numbers: readonly number[]): number {
  return numbers.length > 0 ? numbers.reduce((sum, number) => sum + number, 0) / numbers.length : 0
}
