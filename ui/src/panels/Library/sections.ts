/** What the library lists, in which order. */

import type { NodeRecord } from '../../protocol'
import { familyOf } from '../../graph/search'

export interface Section {
  /** `.favourites`, `.recent`, or a family. */
  readonly id: string
  readonly nodes: readonly NodeRecord[]
}

export const FAVOURITES = '.favourites'
export const RECENT = '.recent'
const RECENT_SHOWN = 6

/** Favourites and what was added last, then all nodes by family; empty sections are left out. */
export function sectionsOf(
  nodes: ReadonlyMap<string, NodeRecord>,
  favourites: readonly string[],
  recent: readonly string[],
): Section[] {
  const families = new Map<string, NodeRecord[]>()
  for (const node of [...nodes.values()].sort(byId)) {
    const family = familyOf(node.id)
    const before = families.get(family)
    if (before) before.push(node)
    else families.set(family, [node])
  }
  const known = (ids: readonly string[]) => ids.flatMap((id) => nodes.get(id) ?? [])
  const other = known(recent.filter((id) => !favourites.includes(id))).slice(0, RECENT_SHOWN)
  return [
    { id: FAVOURITES, nodes: known(favourites) },
    { id: RECENT, nodes: other },
    ...[...families].map(([id, members]) => ({ id, nodes: members })),
  ].filter((section) => section.nodes.length > 0)
}

const byId = (one: NodeRecord, other: NodeRecord) => (one.id < other.id ? -1 : 1)
