/** Which instances of a level feed which. */

import type { Graph } from '../protocol'
import { entry, splitPort } from './level'
import { linksInto, linksOf } from './links'

/** Names of the instances that one waits for (`up`) or that wait for it (`down`), itself left out. */
export function cone(level: Graph, name: string, way: 'up' | 'down'): Set<string> {
  const next = way === 'up' ? (each: string) => sourceNames(level, each) : readersOf(level)
  const found = new Set([name])
  for (const each of found) for (const other of next(each)) if (entry(level.nodes, other)) found.add(other)
  found.delete(name)
  return found
}

/** Names in an order in which each comes after those it reads, ties as in the document; circles come last. */
export function inOrder(level: Graph): string[] {
  const waiting = new Map<string, number>()
  const readers = new Map<string, string[]>()
  for (const name of Object.keys(level.nodes ?? {})) {
    const sources = new Set(sourceNames(level, name))
    waiting.set(name, sources.size)
    for (const source of sources) push(readers, source, name)
  }
  const order = [...waiting.keys()].filter((name) => waiting.get(name) === 0)
  for (const name of order) {
    for (const reader of readers.get(name) ?? []) {
      const left = (waiting.get(reader) ?? 0) - 1
      waiting.set(reader, left)
      if (left === 0) order.push(reader)
    }
  }
  const placed = new Set(order)
  return [...order, ...[...waiting.keys()].filter((name) => !placed.has(name))]
}

/** Names of the instances that outputs of the graph come from. */
export function outputNames(level: Graph): Set<string> {
  return new Set(Object.values(level.outputs ?? {}).map((text) => splitPort(text).name))
}

function sourceNames(level: Graph, name: string): string[] {
  const instance = entry(level.nodes, name)
  const sources = instance ? linksInto(name, instance).map((link) => link.source.name) : []
  return sources.filter((source) => entry(level.nodes, source))
}

function readersOf(level: Graph): (name: string) => readonly string[] {
  const readers = new Map<string, string[]>()
  for (const { source, target } of linksOf(level)) push(readers, source.name, target.name)
  return (name) => readers.get(name) ?? []
}

function push(table: Map<string, string[]>, key: string, name: string): void {
  const names = table.get(key)
  if (names) names.push(name)
  else table.set(key, [name])
}
