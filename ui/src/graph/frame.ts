/**
 * Frames: loops and subgraphs that are drawn with what is inside of them. On their left edge stand the ports
 * that they take and what these give inside, on their right edge the other way round. All figures are in
 * pixels at zoom 1.
 */

import type { Graph, Instance } from '../protocol'
import { CARD_PADDING, HEADER_HEIGHT, PARAM_ROW, PORT_ROW, rowsOf, type CardSize, type HandlePlace, type Row } from './geometry'
import { children, entry, viewOf, type LevelView, type Path, type Point } from './level'
import { INPUTS, OUTPUTS } from './links'
import { LOOP, shapeOf, type Border, type Interface } from './ports'
import { previewIn } from './previewing'
import { UNKNOWN, type Shape } from './types'

/** Width of an edge: of one with fields, of one with names alone, of the right one with a picture, or with curves. */
const FIELDS = 240
const NAMES = 132
const PICTURED = 184
const PLOTTED = 228
/** Between the edges and what is inside. */
export const FRAME_PAD = 32
/** Room of a frame with nothing in it. */
const EMPTY: Readonly<Point> = [300, 140]
const INDEX: Shape = { class: 'int' }

/** A port on an edge, which stands there for outside, for inside, or for both. */
export interface FrameRow extends Row {
  outer: boolean
  inner: boolean
}

/** The edges of a frame. */
export interface Edges {
  left: FrameRow[]
  right: FrameRow[]
  /** Their widths. */
  widths: Readonly<Point>
  /** Least height of the frame, for all rows to be seen. */
  least: number
}

/** A rectangle, by its upper left corner and its size. */
export interface Area {
  at: Readonly<Point>
  size: Readonly<Point>
}

/** Whether an instance is drawn as a frame: an own loop is unless it was folded, a subgraph if it was unfolded. */
export function isFramed(instance: Instance, name: string, view: LevelView): boolean {
  if (!instance.graph || view.collapsed.has(name)) return false
  return view.framed.get(name) ?? instance.type === LOOP
}

/** Paths from a level to all levels that are drawn on it in frames, outer ones first. */
export function framesIn(level: Graph): Path[] {
  const found: Path[] = []
  const waiting: { at: Path; level: Graph }[] = [{ at: '', level }]
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const view = viewOf(next.level)
    for (const [name, instance] of Object.entries(next.level.nodes ?? {})) {
      if (!instance.graph || !isFramed(instance, name, view)) continue
      const at = children(next.at, name)
      found.push(at)
      waiting.push({ at, level: instance.graph })
    }
  }
  return found
}

/** What can be read inside an instance: the inputs of its graph, and what a loop gives its body. */
export function innerInputs(instance: Instance): Set<string> {
  const loop = instance.type === LOOP
  const items = loop && hasItems(instance) ? ['item'] : []
  const own = loop ? [...Object.keys(instance.carry ?? {}), ...items, 'index'] : []
  return new Set([...Object.keys(instance.graph?.inputs ?? {}), ...own])
}

/** What can be given inside an instance: the outputs of its graph, and what a loop carries or goes on by. */
export function innerOutputs(instance: Instance): Set<string> {
  const own = instance.type === LOOP ? [...Object.keys(instance.carry ?? {}), instance.while ?? ''] : []
  return new Set([...own, ...Object.keys(instance.graph?.outputs ?? {})].filter(Boolean))
}

/** What an inner port on the right takes, as far as the outer port of that name tells: of a list, one item. */
export function takenInside(instance: Instance, face: Interface, name: string): Shape {
  const port = entry(face.outputs, name)
  const shape = port ? shapeOf(port) : UNKNOWN
  return instance.collect?.includes(name) ? (shape.list ?? UNKNOWN) : shape
}

/** The inner ports of an instance, with what those on the left give. */
export function borderOf(instance: Instance, face: Interface | null): Border {
  const shapes = [...innerInputs(instance)].map((name): [string, Shape] => [name, given(instance, face, name)])
  return { inputs: Object.fromEntries(shapes), outputs: [...innerOutputs(instance)] }
}

function given(instance: Instance, face: Interface | null, name: string): Shape {
  if (instance.type === LOOP && name === 'index') return INDEX
  const items = instance.type === LOOP && name === 'item' && hasItems(instance)
  const port = face && entry(face.inputs, items ? 'items' : name)
  const shape = port ? shapeOf(port) : UNKNOWN
  return items ? (shape.list ?? UNKNOWN) : shape
}

const hasItems = ({ items }: Instance) => items !== undefined && items !== null

/** The rows on both edges of a frame; `picture` is the height of one under the outputs. */
export function edgesOf(face: Interface, instance: Instance, picture = 0): Edges {
  const left = edge(rowsOf({ ...face, outputs: {} }, instance), innerInputs(instance), 'in')
  const right = edge(rowsOf({ ...face, inputs: {} }, instance), innerOutputs(instance), 'out')
  const widths: Point = [left.some(({ kind }) => kind === 'param') ? FIELDS : NAMES, picture > 0 ? (previewIn(instance, face.outputs)?.kind === 'curves' ? PLOTTED : PICTURED) : NAMES]
  const ends = [end(left), end(right) + (picture > 0 ? picture + CARD_PADDING : 0)]
  return { left, right, widths, least: Math.max(...ends) + CARD_PADDING }
}

function edge(outer: readonly Row[], inside: ReadonlySet<string>, kind: 'in' | 'out'): FrameRow[] {
  const known = new Set(outer.map(({ port }) => port))
  const rows = outer.map((row): FrameRow => ({ ...row, outer: true, inner: inside.has(row.port) }))
  let y = end(rows)
  for (const port of inside) {
    if (known.has(port)) continue
    rows.push({ kind, port, y, height: PORT_ROW, outer: false, inner: true })
    y += PORT_ROW
  }
  return rows
}

function end(rows: readonly Row[]): number {
  const last = rows.at(-1)
  return last ? last.y + last.height : HEADER_HEIGHT
}

/** From a frame's upper left corner to that of what is inside. */
export function insetOf({ widths }: Edges): Point {
  return [widths[0] + FRAME_PAD, HEADER_HEIGHT + FRAME_PAD]
}

/** The frame around what is inside of it; null stands for nothing. */
export function sizeAround(edges: Edges, inside: Readonly<Point> | null): CardSize {
  const [across, down] = inside ?? EMPTY
  const width = edges.widths[0] + across + edges.widths[1] + 2 * FRAME_PAD
  const height = Math.max(edges.least, HEADER_HEIGHT + down + 2 * FRAME_PAD)
  return { width, height, least: height, handles: handlesOf(edges, width) }
}

/** The handles of a frame. Those for inside carry the name of what they stand for there, as `.inputs.latent`. */
function handlesOf({ left, right, widths }: Edges, width: number): HandlePlace[] {
  const handles: HandlePlace[] = []
  const add = (rows: readonly FrameRow[], outer: [HandlePlace['side'], number], inner: [HandlePlace['side'], number, string]) => {
    for (const row of rows) {
      const y = row.y + (row.kind === 'param' ? Math.min(row.height, PARAM_ROW) : row.height) / 2
      if (row.outer) handles.push({ id: row.port, side: outer[0], x: outer[1], y })
      if (row.inner) handles.push({ id: `${inner[2]}.${row.port}`, side: inner[0], x: inner[1], y })
    }
  }
  add(left, ['in', 0], ['out', widths[0], INPUTS])
  add(right, ['out', width], ['in', width - widths[1], OUTPUTS])
  return handles
}
