/** Patches of the server applied to the page's copy of a graph. */

import type { Graph, Patch, Write } from '../protocol'
import { isRecord, type Path } from './level'

/** A patch does not go with the graph: the copy is not what the server has, and a snapshot is needed. */
export class PatchError extends Error {
  override name = 'PatchError'
}

type Table = Record<string, unknown>

/** Tables of a level that edits write to. */
const OWN: ReadonlySet<string> = new Set(['inputs', 'outputs', 'nodes', 'view'])
/** Tables of an instance whose entries are written one by one. */
const KEYED: ReadonlySet<string> = new Set(['params', 'links', 'carry'])

/**
 * A graph with patches applied; the old one stays as it is, and all that was not written is shared with it.
 *
 * Raises:
 *   PatchError: A place does not hold what the patch found there.
 */
export function applyPatches(graph: Graph, patches: readonly Patch[]): Graph {
  const draft = new Draft(graph)
  for (const patch of patches) {
    for (const write of patch.writes) draft.write(patch.at ?? '', write)
  }
  return draft.graph
}

/** A graph in the making; each object is copied once, when it is first written to. */
class Draft {
  graph: Graph
  readonly #copies = new Set<unknown>()

  constructor(graph: Graph) {
    this.graph = graph
  }

  write(at: Path, write: Write): void {
    const { where } = write
    const level = this.#level(at)
    const holder = where
      .slice(0, -1)
      .reduce<Table>((table, key, place) => this.#step(table, where, key, place), level)
    const key = where.at(-1)
    if (key === undefined || !isPlace(where))
      throw new PatchError(`${where.join('.')} is no place of a graph`)
    const found = Object.hasOwn(holder, key) ? [holder[key]] : []
    if (!same(found, write.old ?? [])) throw new PatchError(`${where.join('.')} is not what was changed`)
    if (write.new?.length) holder[key] = write.new[0]
    else Reflect.deleteProperty(holder, key)
    this.#prune(level, where)
  }

  /** The level that is written to, it and all around it copied. */
  #level(at: Path): Table {
    this.graph = this.#copy(this.graph) as Graph
    let level: Table = this.graph
    for (const name of at === '' ? [] : at.split('/')) {
      for (const key of ['nodes', name, 'graph']) level = this.#own(level, key, at)
    }
    return level
  }

  /** The next table on the way to a place; tables that were left out since they held nothing come back. */
  #step(table: Table, where: readonly string[], key: string, place: number): Table {
    const may = place === 0 ? OWN.has(key) : place === 1 ? where[0] === 'view' : place === 2 && KEYED.has(key)
    if (may && !Object.hasOwn(table, key)) {
      const made = {}
      this.#copies.add(made)
      table[key] = made
    }
    return this.#own(table, key, where.join('.'))
  }

  #own(table: Table, key: string, place: string): Table {
    const held = Object.hasOwn(table, key) ? table[key] : undefined
    if (!isRecord(held)) throw new PatchError(`${place}: there is no ${key}`)
    const copy = this.#copy(held)
    table[key] = copy
    return copy
  }

  #copy(table: Table): Table {
    if (this.#copies.has(table)) return table
    const copy = Object.assign({}, table) // several times as fast as spreading a table of thousands
    this.#copies.add(copy)
    return copy
  }

  /** Leave out a table that holds nothing any more, as the server does. */
  #prune(level: Table, where: readonly string[]): void {
    const [first = '', name = '', field = ''] = where
    if (first === 'nodes' && where.length === 4)
      dropEmpty(this.#held(this.#held(level, first), name), field)
    if (first === 'view' && where.length === 3) dropEmpty(this.#held(level, first), name)
    if (where.length > 1 && isEmpty(level[first])) Reflect.deleteProperty(level, first)
  }

  #held(table: Table | null, key: string): Table | null {
    const held = table?.[key]
    return isRecord(held) ? held : null
  }
}

function isPlace(where: readonly string[]): boolean {
  const [first = '', , field = ''] = where
  if (where.length === 1) return !OWN.has(first) && first !== 'knotwork'
  if (where.length === 2) return OWN.has(first)
  if (first === 'view') return where.length === 3
  return first === 'nodes' && (where.length === 3 || (where.length === 4 && KEYED.has(field)))
}

function dropEmpty(table: Table | null, key: string): void {
  if (table && isEmpty(table[key])) Reflect.deleteProperty(table, key)
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && firstKey(value) === null
}

function firstKey(table: Table): string | null {
  for (const key in table) return key
  return null
}

/** Whether two values are written alike in JSON; the order of keys doesn't count. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, place) => same(item, other[place]))
  }
  if (!isRecord(one) || !isRecord(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  )
}
