/** Adding a node into a link that is there. */

import { linksOf } from '../../graph/links'
import { insertNewOnLink } from '../../graph/operations'
import type { Known } from '../../graph/ports'
import type { Graph, Operation } from '../../protocol'
import type { Point } from '../../graph/level'

interface Place {
  readonly level: Graph
  readonly at: string
  readonly known: Known
}

/** Operations that add a node and put it into a link; null when the link's types don't pass through it. */
export function intoLink({ level, at, known }: Place, link: string, type: string, position: Readonly<Point>): Operation[] | null {
  const found = linksOf(level).find(({ id }) => id === link)
  return found ? insertNewOnLink(level, found, type, position, known, at) : null
}

/** Whether a node can be put into a link. */
export function fitsOnto(place: Place, link: string, type: string): boolean {
  return intoLink(place, link, type, [0, 0]) !== null
}
