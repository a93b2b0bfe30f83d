/** The order in which instances of a level feed each other. */

import type { Graph } from '../protocol'
import { entry } from './level'
import { sourceNames } from './links'

/** Names in an order in which each comes after those it reads, ties as in the document; circles come last. */
export function inOrder(level: Graph): string[] {
  return sorted(new Map(Object.keys(level.nodes ?? {}).map((name) => [name, namesRead(level, name)])))
}

/** The keys of a table, each after those of its names that are keys, too; circles come last. */
export function sorted(before: ReadonlyMap<string, readonly string[]>): string[] {
  const waiting = new Map<string, number>()
  const after = new Map<string, string[]>()
  for (const [name, names] of before) {
    const known = new Set(names.filter((each) => before.has(each)))
    waiting.set(name, known.size)
    for (const each of known) push(after, each, name)
  }
  const order = [...waiting.keys()].filter((name) => waiting.get(name) === 0)
  for (const name of order) {
    for (const next of after.get(name) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1
      waiting.set(next, left)
      if (left === 0) order.push(next)
    }
  }
  const placed = new Set(order)
  return [...order, ...[...waiting.keys()].filter((name) => !placed.has(name))]
}

function namesRead(level: Graph, name: string): string[] {
  const instance = entry(level.nodes, name)
  return instance ? sourceNames(instance).filter((source) => entry(level.nodes, source)) : []
}

function push(table: Map<string, string[]>, key: string, name: string): void {
  const names = table.get(key)
  if (names) names.push(name)
  else table.set(key, [name])
}
