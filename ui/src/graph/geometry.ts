/**
 * Size of a node's card and the places of its handles, told without drawing it.
 *
 * The card's style sheet uses the same figures, all in pixels at zoom 1.
 */

import type { InputPortRecord, Instance } from '../protocol'
import { entry, type LevelView, type Point } from './level'
import { sourcesOf } from './links'
import type { Interface } from './ports'
import { widgetOf } from './widget'

export const CARD_WIDTH = 240
export const CARD_MIN_WIDTH = 160
export const HEADER_HEIGHT = 36
export const PORT_ROW = 26
export const PARAM_ROW = 34
export const TEXT_ROW = 84
export const PREVIEW_HEIGHT = 160
/** Below the last row. */
export const CARD_PADDING = 8
/** Across a handle. */
export const HANDLE_SIZE = 12

type Ports = Pick<ReadonlySet<string>, 'has'>

/** How one instance is shown. */
export interface CardView {
  /** What people made it; the height counts where it is more than the rows need. */
  size?: Readonly<Point> | undefined
  collapsed?: boolean | undefined
  /** Pixels for the preview at the end. */
  previewHeight?: number | undefined
  /** Ports that are fed by a link from elsewhere: they show no widget. */
  fed?: Ports | undefined
}

/** A handle; x and y are its centre, from the card's upper left corner. */
export interface HandlePlace {
  /** Name of the port. */
  id: string
  side: 'in' | 'out'
  x: number
  y: number
}

/** One row of a card, from `y` on. */
export interface Row {
  kind: 'out' | 'in' | 'param'
  port: string
  y: number
  height: number
}

/** A card without being drawn. */
export interface CardSize {
  width: number
  height: number
  /** The height that its rows and pictures need; people may have made it taller. */
  least: number
  handles: HandlePlace[]
}

/** How an instance of a level is shown. */
export function cardView(
  view: LevelView,
  name: string,
  previewHeight = 0,
  fed?: Ports,
): CardView {
  return { size: view.sizes.get(name), collapsed: view.collapsed.has(name), previewHeight, fed }
}

/** Width and height of an instance's card, and where its handles are. */
export function sizeOf(ports: Interface, instance: Instance, view: CardView): CardSize {
  const width = Math.max(CARD_MIN_WIDTH, view.size?.[0] ?? CARD_WIDTH)
  if (view.collapsed) return collapsed(ports, width)
  const rows = rowsOf(ports, instance, view.fed)
  const last = rows.at(-1)
  const needed = (last ? last.y + last.height : HEADER_HEIGHT) + CARD_PADDING + (view.previewHeight ?? 0)
  return {
    width,
    height: Math.max(needed, view.size?.[1] ?? 0),
    least: needed,
    handles: rows.map((row) => handleOf(row, width)),
  }
}

/** The rows of an open card: outputs, then inputs in their order. */
export function rowsOf(ports: Interface, instance: Instance, fed?: Ports): Row[] {
  const rows: Row[] = []
  let y = HEADER_HEIGHT
  const add = (kind: Row['kind'], port: string, height: number) => {
    rows.push({ kind, port, y, height })
    y += height
  }
  for (const port of Object.keys(ports.outputs)) add('out', port, PORT_ROW)
  for (const [port, record] of Object.entries(ports.inputs)) {
    const shown = record.param && !fed?.has(port) && !isLinked(instance, port)
    add(shown ? 'param' : 'in', port, shown ? rowHeight(record) : PORT_ROW)
  }
  return rows
}

/** Height of a row that shows a widget: text of several lines stands below its label. */
export function rowHeight(port: InputPortRecord): number {
  return widgetOf(port.schema) === 'text' && !port.variadic ? TEXT_ROW : PARAM_ROW
}

function isLinked(instance: Instance, port: string): boolean {
  return entry(instance.links, port) !== undefined || sourcesOf(instance, port).length > 0
}

function handleOf(row: Row, width: number): HandlePlace {
  const out = row.kind === 'out'
  const within = row.kind === 'param' ? Math.min(row.height, PARAM_ROW) : row.height
  return { id: row.port, side: out ? 'out' : 'in', x: out ? width : 0, y: row.y + within / 2 }
}

function collapsed(ports: Interface, width: number): CardSize {
  const y = HEADER_HEIGHT / 2
  const outputs = Object.keys(ports.outputs).map((id): HandlePlace => ({ id, side: 'out', x: width, y }))
  const inputs = Object.keys(ports.inputs).map((id): HandlePlace => ({ id, side: 'in', x: 0, y }))
  return { width, height: HEADER_HEIGHT, least: HEADER_HEIGHT, handles: [...outputs, ...inputs] }
}
