/** A graph as a small drawing: a box for each instance, a line for each link. */

import { HEADER_HEIGHT, CARD_WIDTH, PORT_ROW } from '../../graph/geometry'
import { entry, viewOf, type Point } from '../../graph/level'
import { linksInto, linksOf } from '../../graph/links'
import { inOrder } from '../../graph/path'
import { isLevel, shapeOf, type Catalogue } from '../../graph/ports'
import { typeKind, type TypeKind } from '../../graph/types'
import type { Graph, Instance } from '../../protocol'

export interface MiniBox {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Colour of the box: what its first output gives. */
  readonly kind: TypeKind
  /** Whether it holds a graph. */
  readonly level: boolean
}

export interface MiniLine {
  readonly from: Point
  readonly to: Point
  readonly kind: TypeKind
}

export interface Miniature {
  readonly boxes: readonly MiniBox[]
  readonly lines: readonly MiniLine[]
  /** Left, top, width and height of all of it. */
  readonly bounds: readonly [number, number, number, number]
}

const GAP = 80
const MARGIN = 24
const ROWS = 8

/** Draw a level; instances without a position stand in columns, each right of what it reads. */
export function miniature(level: Graph, catalogue: Catalogue): Miniature {
  const positions = viewOf(level).positions
  const columns = columnsOf(level)
  const filled = new Map<number, number>()
  const boxes = Object.entries(level.nodes ?? {}).map(([name, instance]): MiniBox => {
    const height = heightOf(instance, catalogue)
    const column = columns.get(name) ?? 0
    const top = filled.get(column) ?? 0
    const [x, y] = positions.get(name) ?? [column * (CARD_WIDTH + GAP), top]
    filled.set(column, Math.max(top, y + height + GAP / 2))
    return { name, x, y, width: CARD_WIDTH, height, kind: kindOf(instance, catalogue), level: isLevel(instance) }
  })
  return { boxes, lines: linesOf(level, boxes), bounds: boundsOf(boxes) }
}

function linesOf(level: Graph, boxes: readonly MiniBox[]): MiniLine[] {
  const byName = new Map(boxes.map((box) => [box.name, box]))
  return linksOf(level).flatMap(({ source, target }) => {
    const [from, to] = [byName.get(source.name), byName.get(target.name)]
    if (!from || !to) return []
    return [{ from: [from.x + from.width, from.y + from.height / 2], to: [to.x, to.y + to.height / 2], kind: from.kind }]
  })
}

function heightOf(instance: Instance, catalogue: Catalogue): number {
  const node = catalogue.nodes.get(instance.type ?? '')
  const tables = [instance.params, instance.links]
  const used = tables.reduce((count, table) => count + Object.keys(table ?? {}).length, 1)
  const rows = node ? Object.keys(node.inputs).length + Object.keys(node.outputs).length : used
  return HEADER_HEIGHT + Math.min(ROWS, rows) * PORT_ROW
}

function kindOf(instance: Instance, catalogue: Catalogue): TypeKind {
  const first = Object.values(catalogue.nodes.get(instance.type ?? '')?.outputs ?? {})[0]
  return first ? typeKind(shapeOf(first)) : 'other'
}

/** How many links lead to each instance, one after another. */
function columnsOf(level: Graph): Map<string, number> {
  const columns = new Map<string, number>()
  for (const name of inOrder(level)) {
    const sources = linksInto(name, entry(level.nodes, name) ?? {}).map(({ source }) => columns.get(source.name) ?? -1)
    columns.set(name, Math.max(-1, ...sources) + 1)
  }
  return columns
}

function boundsOf(boxes: readonly MiniBox[]): [number, number, number, number] {
  if (boxes.length === 0) return [0, 0, CARD_WIDTH, CARD_WIDTH / 2]
  const left = Math.min(...boxes.map((box) => box.x)) - MARGIN
  const top = Math.min(...boxes.map((box) => box.y)) - MARGIN
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN
  return [left, top, right - left, bottom - top]
}
