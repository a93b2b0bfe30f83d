/** What differs between two graphs, level by level, to be drawn on the canvas. */

import type { Graph, Instance } from '../protocol'
import { children, entry, isRecord, type Path } from './level'
import { same } from './patch'

/** One field of an instance that differs; undefined = there was, or is, nothing. */
export interface Change {
  /** Field with its key, as in `params.seed` or `links.image`. */
  field: string
  before: unknown
  after: unknown
}

/** What differs on one level. */
export interface LevelDiff {
  added: Set<string>
  removed: Set<string>
  /** Instance → its fields that differ; the graph inside it has a level of its own. */
  changed: Map<string, Change[]>
  /** Inputs, outputs, title and help of the graph itself. */
  own: Change[]
}

/** Level → what differs there; levels that are alike are left out. */
export type GraphDiff = Map<Path, LevelDiff>

const KEYED = new Set(['params', 'links', 'carry'])
/** Fields of a graph that are compared elsewhere, or only say how it is shown. */
const APART = new Set(['nodes', 'view', 'knotwork'])

/** Compare two graphs; parts that they share are not looked at. */
export function diffGraphs(before: Graph, after: Graph): GraphDiff {
  const diff: GraphDiff = new Map()
  const waiting: { at: Path; before: Graph; after: Graph }[] = [{ at: '', before, after }]
  for (const pair of waiting) {
    if (pair.before === pair.after) continue
    const level = diffLevel(pair.before, pair.after)
    if (!isSame(level)) diff.set(pair.at, level)
    for (const [name, instance] of Object.entries(pair.after.nodes ?? {})) {
      const old = entry(pair.before.nodes, name)?.graph
      if (old && instance.graph)
        waiting.push({ at: children(pair.at, name), before: old, after: instance.graph })
    }
  }
  return diff
}

/** Whether nothing differs. */
export function isSame(diff: LevelDiff): boolean {
  return diff.added.size + diff.removed.size + diff.changed.size + diff.own.length === 0
}

/** Paths of the instances that hold, or are, something that differs; so that closed ones can be marked. */
export function touched(diff: GraphDiff): Set<string> {
  const paths = new Set<string>()
  for (const [at, level] of diff) {
    for (const name of [...level.added, ...level.removed, ...level.changed.keys()])
      paths.add(children(at, name))
    for (let around = at; around !== ''; around = around.slice(0, Math.max(0, around.lastIndexOf('/')))) {
      paths.add(around)
    }
  }
  return paths
}

function diffLevel(before: Graph, after: Graph): LevelDiff {
  const [old, now] = [before.nodes ?? {}, after.nodes ?? {}]
  const level: LevelDiff = {
    added: new Set(),
    removed: new Set(),
    changed: new Map(),
    own: ownChanges(before, after),
  }
  for (const name of Object.keys(old)) if (!Object.hasOwn(now, name)) level.removed.add(name)
  for (const [name, instance] of Object.entries(now)) {
    const held = entry(old, name)
    if (!held) level.added.add(name)
    else if (held !== instance) {
      const changes = instanceChanges(held, instance)
      if (changes.length > 0) level.changed.set(name, changes)
    }
  }
  return level
}

function instanceChanges(before: Instance, after: Instance): Change[] {
  return fieldsOf(before, after).flatMap((field) => {
    const [old, now] = [before[field], after[field]]
    if (KEYED.has(field)) return tableChanges(field, old, now)
    if (field !== 'graph') return same(old, now) ? [] : [{ field, before: old, after: now }]
    // two graphs are levels of their own
    return Boolean(old) === Boolean(now) ? [] : [{ field, before: old, after: now }]
  })
}

function ownChanges(before: Graph, after: Graph): Change[] {
  return fieldsOf(before, after).flatMap((field) => {
    if (APART.has(field)) return []
    const [old, now] = [before[field], after[field]]
    if (field === 'inputs' || field === 'outputs') return tableChanges(field, old, now)
    return same(old, now) ? [] : [{ field, before: old, after: now }]
  })
}

function tableChanges(field: string, before: unknown, after: unknown): Change[] {
  const [old, now] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  return fieldsOf(old, now).flatMap((key) =>
    same(old[key], now[key]) ? [] : [{ field: `${field}.${key}`, before: old[key], after: now[key] }],
  )
}

function fieldsOf(before: object, after: object): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
}
