/** What of an instance's outputs its card shows, and how much room that takes: told by their types alone. */

import type { Instance, OutputPortRecord } from '../protocol'
import { PREVIEW_HEIGHT } from './geometry'
import { LOOP, shapeOf } from './ports'
import { shortName, typeKind, type Shape } from './types'

export type PreviewKind = 'picture' | 'moving' | 'audio' | 'curves' | 'plot' | 'text' | 'values' | 'list' | 'facts'

/** The outputs that are shown; several only of those that are short. */
export interface Previewed {
  readonly kind: PreviewKind
  readonly ports: readonly string[]
}

export type PreviewSize = 'none' | 'small' | 'medium' | 'large'

/** What people look for first stands first. */
const ORDER: readonly PreviewKind[] = ['picture', 'moving', 'audio', 'curves', 'plot', 'text', 'values', 'list', 'facts']
const PICTURED: ReadonlySet<string> = new Set(['Image', 'Mask', 'SegMap', 'Latent'])
const MOVING: ReadonlySet<string> = new Set(['Video', 'Mesh'])
const KINDS: Readonly<Record<string, PreviewKind>> = {
  Audio: 'audio', Sigmas: 'plot', str: 'text', int: 'values', float: 'values', bool: 'values',
}
const HEIGHTS: Readonly<Record<Exclude<PreviewKind, 'values'>, readonly [number, number, number]>> = {
  picture: [96, PREVIEW_HEIGHT, 232],
  moving: [96, PREVIEW_HEIGHT, 232],
  audio: [48, 56, 72],
  curves: [128, 264, 380],
  plot: [64, 88, 136],
  text: [44, 62, 98],
  list: [44, 62, 98],
  facts: [28, 28, 28],
}
const SIZES: Readonly<Record<PreviewSize, number>> = { none: -1, small: 0, medium: 1, large: 2 }
/** Values that are shown at most, in rows of two; one alone has a row for itself. */
export const MOST_VALUES = 6
const VALUE_ROW = 20
const VALUE_ROOM = 8

const told = new WeakMap<object, Previewed | null>()

/** What the card of an instance with these outputs shows. */
export function previewOf(outputs: Readonly<Record<string, OutputPortRecord>>): Previewed | null {
  const known = told.get(outputs)
  if (known !== undefined) return known
  const kinds = Object.entries(outputs).map(([port, record]): [string, PreviewKind | null] => [port, kindOf(shapeOf(record))])
  const found = firstOf(kinds)
  // What loads models gives them, and what else comes with them
  const loads = found?.kind === 'facts' && Object.values(outputs).some((record) => typeKind(shapeOf(record)) === 'model')
  const shown = loads ? null : found
  told.set(outputs, shown)
  return shown
}

/** The same of an instance: a loop that collects numbers shows all of them, as they come. */
export function previewIn({ type, collect }: Instance, outputs: Readonly<Record<string, OutputPortRecord>>): Previewed | null {
  const shown = previewOf(outputs)
  return type === LOOP && shown?.kind === 'plot' && collect?.includes(shown.ports[0] ?? '') ? { ...shown, kind: 'curves' } : shown
}

function firstOf(kinds: readonly [string, PreviewKind | null][]): Previewed | null {
  for (const kind of ORDER) {
    const ports = kinds.filter(([, one]) => one === kind).map(([port]) => port)
    if (ports.length > 0) return { kind, ports: ports.slice(0, kind === 'values' ? MOST_VALUES : 1) }
  }
  return null
}

function kindOf(shape: Shape): PreviewKind | null {
  if (shape.list) {
    if (shape.list.var !== undefined) return null
    const item = shortName(shape.list.class ?? '')
    if (PICTURED.has(item) || MOVING.has(item)) return 'picture'
    return item === 'float' ? 'plot' : 'list'
  }
  if (shape.class === undefined) return null
  const name = shortName(shape.class)
  if (PICTURED.has(name)) return 'picture'
  if (MOVING.has(name)) return 'moving'
  return KINDS[name] ?? (typeKind(shape) === 'model' ? null : 'facts')
}

/** Pixels of a preview. */
export function previewHeight(shows: Previewed | null, size: PreviewSize): number {
  const step = SIZES[size]
  if (!shows || step < 0) return 0
  if (shows.kind === 'values') return VALUE_ROOM + VALUE_ROW * Math.ceil(shows.ports.length / 2)
  return HEIGHTS[shows.kind][step] ?? 0
}
