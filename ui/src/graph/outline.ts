/**
 * The whole graph as a tree of text, for screen readers and the keyboard: what is not drawn is in it, too.
 */

import type { Graph, Instance } from '../protocol'
import { children, GROUP, NOTE, viewOf, type Path } from './level'
import { sourceNames } from './links'
import { inOrder } from './path'
import { LOOP } from './ports'

export type ItemKind = 'node' | 'subgraph' | 'loop' | 'group' | 'note'

/** An instance, frame or note in the outline. */
export interface OutlineItem<Status = string> {
  /** Path of the instance, or of the frame or note by its id. */
  path: string
  /** The level that it stands in. */
  at: Path
  name: string
  title: string
  kind: ItemKind
  /** Id of its node; empty for what is none. */
  type: string
  mode: string
  /**
   * Depth from 1 on, and place among its siblings, as `aria-level`, `aria-posinset` and `aria-setsize` take
   * them.
   */
  depth: number
  place: number
  siblings: number
  /** Names beside it that it reads, each once. */
  reads: string[]
  /** What was known of it; undefined when nothing was. */
  status: Status | undefined
  items: OutlineItem<Status>[]
}

/** The tree of a graph, each level in an order in which instances come after what they read; then its frames and notes. */
export function outlineOf<Status = string>(
  graph: Graph,
  statusOf: (path: string) => Status | undefined = () => undefined,
): OutlineItem<Status>[] {
  const top: OutlineItem<Status>[] = []
  const waiting = [{ level: graph, at: '', depth: 1, items: top }]
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const names = inOrder(part.level)
    const boxes = boxesOf(part.level)
    const siblings = names.length + boxes.length
    names.forEach((name, place) => {
      const instance = part.level.nodes?.[name] ?? {}
      const path = children(part.at, name)
      const item = { ...itemOf(instance, name), path, at: part.at, depth: part.depth, place: place + 1 }
      const items: OutlineItem<Status>[] = []
      part.items.push({ ...item, siblings, status: statusOf(path), items })
      if (instance.graph) waiting.push({ level: instance.graph, at: path, depth: part.depth + 1, items })
    })
    boxes.forEach((box, place) => {
      const path = children(part.at, box.name)
      const here = { path, at: part.at, depth: part.depth, place: names.length + place + 1, siblings }
      part.items.push({ ...box, ...here, type: '', mode: '', reads: [], status: undefined, items: [] })
    })
  }
  return top
}

/** The items that are seen, in order, while some are open; what the arrow keys go through. */
export function flatten<Status>(
  items: readonly OutlineItem<Status>[],
  isOpen: (path: string) => boolean = () => true,
): OutlineItem<Status>[] {
  const seen: OutlineItem<Status>[] = []
  const waiting = [...items].reverse()
  for (let item = waiting.pop(); item; item = waiting.pop()) {
    seen.push(item)
    if (isOpen(item.path)) for (const inner of [...item.items].reverse()) waiting.push(inner)
  }
  return seen
}

/** The frames and notes of a level. */
function boxesOf(level: Graph): { name: string; title: string; kind: 'group' | 'note' }[] {
  const { groups, notes } = viewOf(level)
  return [
    ...groups.map(({ id, title }) => ({ name: GROUP + id, title, kind: 'group' as const })),
    ...notes.map(({ id, text }) => ({ name: NOTE + id, title: text, kind: 'note' as const })),
  ]
}

function itemOf(instance: Instance, name: string) {
  return {
    name,
    title: instance.title || name,
    kind: kindOf(instance),
    type: instance.type ?? '',
    mode: instance.mode ?? '',
    reads: [...new Set(sourceNames(instance))],
  }
}

function kindOf(instance: Instance): ItemKind {
  if (instance.type === LOOP) return 'loop'
  return instance.graph || instance.ref ? 'subgraph' : 'node'
}
