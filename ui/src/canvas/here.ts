/** The level that is shown: one of the graph's own, or one of a graph that it refers to, only to be read. */

import { familiesOf } from '../graph/families'
import { levelAt, type Path } from '../graph/level'
import type { Catalogue, Known } from '../graph/ports'
import { shownType } from '../graph/shownType'
import type { Graph, InputPortRecord, OutputPortRecord } from '../protocol'
import { activeGraph, edit, useGraphs, type OpenGraph } from '../stores/graphs'
import { useCatalogue } from '../stores/catalogue'
import type { Operation } from '../protocol'

export interface Shown {
  level: Graph
  at: Path
  readOnly: boolean
}

export function levelShown(open: Pick<OpenGraph, 'graph' | 'at' | 'references'>): Shown | null {
  const own = levelAt(open.graph, open.at)
  if (own) return { level: own, at: open.at, readOnly: false }
  for (const [path, graph] of Object.entries(open.references)) {
    if (open.at !== path && !open.at.startsWith(`${path}/`)) continue
    const level = levelAt(graph, open.at.slice(path.length + 1))
    if (level) return { level, at: open.at, readOnly: true }
  }
  return null
}

const NONE = {}
export const knownOf = (open: Pick<OpenGraph, 'at' | 'interfaces'>, catalogue: Catalogue): Known => ({
  catalogue,
  interfaces: open.interfaces[open.at] ?? NONE,
  families: familiesOf(open.interfaces[open.at] ?? NONE),
})

/** The level that is shown now, if it can be edited, with what is known of its ports. */
export function editable(): (Shown & { session: string; known: Known }) | null {
  const open = activeGraph()
  const shown = open ? levelShown(open) : null
  if (!open || !shown || shown.readOnly) return null
  return { ...shown, session: useGraphs.getState().active, known: knownOf(open, useCatalogue.getState().catalogue) }
}

/** The type of a port on the level that is shown, as far as links and files tell it. */
export function typeHere(name: string, port: InputPortRecord | OutputPortRecord): string {
  const open = activeGraph()
  const shown = open ? levelShown(open) : null
  if (!open || !shown) return port.type
  return shownType(shown.level, name, port, knownOf(open, useCatalogue.getState().catalogue))
}

/** Edit the level that is shown; true when it was done. */
export function editLevel(make: (level: Graph, at: Path, known: Known) => Operation[]): Promise<boolean> {
  const here = editable()
  return here ? edit(here.session, make(here.level, here.at, here.known)) : Promise.resolve(false)
}
