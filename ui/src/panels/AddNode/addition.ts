import { entry, viewOf, type Point } from '../../graph/level'
import { INPUTS, OUTPUTS } from '../../graph/links'
import { addInstance, freeName, link } from '../../graph/operations'
import type { Known } from '../../graph/ports'
import type { Graph, Instance, Operation } from '../../protocol'
import type { LinkFrom } from './store'

/** What is added, and which of its ports the link goes to. */
export interface Addition {
  readonly instance: Instance
  /** Whose last part is its name, numbered when that is taken. */
  readonly base: string
  readonly port?: string
}

/** The operations that add an instance and link it. */
export function additionOf(
  level: Graph,
  { instance, base, port }: Addition,
  position: Readonly<Point>,
  known: Known,
  at = '',
  from?: LinkFrom,
): { name: string; operations: Operation[] } {
  const name = freeName(level, base)
  const operations = [addInstance(name, instance, position, at)]
  if (from && port && isThere(level, from.name)) {
    const own = { name, port }
    const other = { name: from.name, port: from.port }
    const after: Graph = { ...level, nodes: { ...level.nodes, [name]: instance } }
    const [source, target] = from.side === 'out' ? [other, own] : [own, other]
    operations.push(...link(after, source, target, known, at))
  }
  return { name, operations }
}

const isThere = (level: Graph, name: string) => name === INPUTS || name === OUTPUTS || entry(level.nodes, name) !== undefined

const STEP = 32

/** A place, or one a little down and to the right of it, where no other card has its corner. */
export function freePlace(level: Graph, [x, y]: Readonly<Point>): Point {
  const taken = new Set([...viewOf(level).positions.values()].map(String))
  let place: Point = [x, y]
  while (taken.has(String(place))) place = [place[0] + STEP, place[1] + STEP]
  return place
}
