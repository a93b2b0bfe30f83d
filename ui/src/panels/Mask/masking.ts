/** What a painted mask becomes in a graph, and which instances have a picture to paint over. */

import { entry, splitPort, type Path, type Point } from '../../graph/level'
import { addInstance, freeName } from '../../graph/operations'
import type { Catalogue } from '../../graph/ports'
import type { Graph, Instance, Operation } from '../../protocol'

const LOAD = 'image.load'
const READ = 'mask.from_image'
/** About what the card of a picture takes. */
export const CARD: Readonly<Point> = [260, 280]
const GAP = 40

export interface Box {
  readonly at: Readonly<Point>
  readonly size: Readonly<Point>
}

/** The instance that loads the picture which another reads as a mask; null of one that reads none. */
export function loadedFor(instance: Instance): string | null {
  const source = instance.type === READ ? entry(instance.links, 'image') : undefined
  return typeof source === 'string' ? splitPort(source).name : null
}

/** Whether the nodes are installed that make a mask of a picture file. */
export function canMask({ nodes }: Catalogue): boolean {
  return nodes.has(LOAD) && nodes.has(READ)
}

interface Painted {
  /** Name of the mask's file. */
  readonly file: string
  readonly title: string
  /** Where the first of the two stands. */
  readonly position: Readonly<Point>
}

/** Load a painted picture and read it as a mask: two instances, linked, under free names. */
export function maskOperations(level: Graph, painted: Painted, catalogue: Catalogue, at: Path = ''): Operation[] {
  const load = catalogue.nodes.get(LOAD)
  const read = catalogue.nodes.get(READ)
  const [given] = Object.keys(load?.outputs ?? {})
  if (!load || !read || given === undefined) return []
  const { file, title, position } = painted
  const first = freeName(level, 'painted')
  const second = freeName(level, 'mask', new Set([first]))
  const [x, y] = position
  return [
    addInstance(first, { type: LOAD, version: load.version, params: { file }, title }, position, at),
    addInstance(second, { type: READ, version: read.version, links: { image: `${first}.${given}` } }, [x + CARD[0] + GAP, y], at),
  ]
}

/** The highest place below a card where two cards beside each other cover no other one. */
export function placeBelow(card: Box, others: readonly Box[]): Point {
  const [x] = card.at
  const width = 2 * CARD[0] + GAP
  let y = card.at[1] + card.size[1] + GAP
  for (const { at, size } of [...others].sort((one, other) => one.at[1] - other.at[1])) {
    const beside = at[0] >= x + width || at[0] + size[0] <= x
    const apart = at[1] >= y + CARD[1] + GAP || at[1] + size[1] <= y
    if (!beside && !apart) y = at[1] + size[1] + GAP
  }
  return [x, y]
}
