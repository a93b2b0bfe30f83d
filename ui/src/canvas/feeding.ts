/** Which ports of a level its graph's inputs feed, and which of its outputs the graph gives. */

import type { Graph, GraphInput } from '../protocol'
import { splitPort } from '../graph/level'
import { linksOf } from '../graph/links'

/** A graph input that feeds a port, and may feed others, too. */
export interface Fed {
  readonly name: string
  readonly input: GraphInput
}

export type Table<T> = ReadonlyMap<string, ReadonlyMap<string, T>>

/** Instance → port → graph input that feeds it; the same objects as before where they say the same. */
export function feeding(level: Graph, before: Table<Fed> = NONE): Table<Fed> {
  const found = new Map<string, Map<string, Fed>>()
  for (const [name, input] of Object.entries(level.inputs ?? {})) {
    for (const text of input.to ?? []) {
      const target = splitPort(text)
      put(found, target.name, target.port, { name, input })
    }
  }
  return kept(before, found, (one, other) => one.name === other.name && one.input === other.input)
}

/** Instance → port → graph output that it gives; the same objects as before where they say the same. */
export function giving(level: Graph, before: Table<string> = NONE): Table<string> {
  const found = new Map<string, Map<string, string>>()
  for (const link of linksOf({ outputs: level.outputs ?? {} })) {
    put(found, link.source.name, link.source.port, link.target.port)
  }
  return kept(before, found, (one, other) => one === other)
}

const NONE = new Map<string, never>()

function put<T>(table: Map<string, Map<string, T>>, name: string, port: string, value: T): void {
  const ports = table.get(name)
  if (ports) ports.set(port, value)
  else table.set(name, new Map([[port, value]]))
}

/** The new table, with the old entries where they say the same. */
function kept<T>(before: Table<T>, now: Table<T>, same: (one: T, other: T) => boolean): Table<T> {
  const found = new Map<string, ReadonlyMap<string, T>>()
  for (const [name, ports] of now) {
    const old = before.get(name)
    const equal = old?.size === ports.size && [...ports].every(([port, value]) => old.has(port) && same(old.get(port) as T, value))
    found.set(name, equal && old ? old : ports)
  }
  return found
}
