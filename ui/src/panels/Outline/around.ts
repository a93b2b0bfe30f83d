/** Edits on the level around what a row of the outline stands for. */

import { levelAt, nameOf, parent, type Path } from '../../graph/level'
import type { Graph, Operation } from '../../protocol'
import { activeGraph, edit, useGraphs } from '../../stores/graphs'

/** The level that something stands on; null when it is not in the document. */
export function levelOf(path: Path): Graph | null {
  const graph = activeGraph()
  return graph ? levelAt(graph.graph, parent(path)) : null
}

/** Edit that level; true when it was done. */
export async function editAround(path: Path, make: (level: Graph, at: Path, name: string) => Operation[]): Promise<boolean> {
  const level = levelOf(path)
  return level ? edit(useGraphs.getState().active, make(level, parent(path), nameOf(path))) : false
}
