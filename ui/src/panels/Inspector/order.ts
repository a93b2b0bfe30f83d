/**
 * The order in which the named inputs and outputs of a graph are shown. Files are written with sorted keys, so it
 * stands in the view, under `.order`, which no instance can be called.
 */

import { entry, isRecord, type Path } from '../../graph/level'
import type { Graph, JsonValue, Operation } from '../../protocol'

const KEY = '.order'

export type Side = 'inputs' | 'outputs'

/** Names in the order that somebody gave them; those that are new come last, as they stand in the document. */
export function inOwnOrder(level: Graph, side: Side, names: readonly string[] = Object.keys(level[side] ?? {})): string[] {
  const given = givenOrder(level, side)
  const place = (name: string) => {
    const found = given.indexOf(name)
    return found < 0 ? given.length : found
  }
  return [...names].sort((one, other) => place(one) - place(other))
}

/** Put a name so many places further down, or up; nothing when it is at the end already. */
export function movedBy(level: Graph, side: Side, name: string, by: number, at: Path = ''): Operation[] {
  const names = inOwnOrder(level, side)
  const from = names.indexOf(name)
  const to = Math.max(0, Math.min(names.length - 1, from + by))
  if (from < 0 || from === to) return []
  return setOrder(level, side, names.toSpliced(from, 1).toSpliced(to, 0, name), at)
}

/** Give the inputs or outputs an order. */
export function setOrder(level: Graph, side: Side, names: readonly string[], at: Path = ''): Operation[] {
  const before = entry(level.view, KEY)
  const table = isRecord(before) ? (before as Record<string, JsonValue>) : {}
  const after = { ...table, [side]: [...names] }
  return [{ op: 'patch', at, writes: [{ where: ['view', KEY], old: before === undefined ? [] : [before], new: [after] }] }]
}

function givenOrder(level: Graph, side: Side): readonly string[] {
  const order = entry(level.view, KEY)
  const names = isRecord(order) ? order[side] : undefined
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : []
}
