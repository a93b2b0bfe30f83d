/** Goes to an instance, frame or note, on whichever level it stands. */

import { levelShown } from '../../canvas/here'
import { centreOn, focusSoon, nodeNamed } from '../../canvas/view'
import { entry, levelAt, nameOf, parent, type Path } from '../../graph/level'
import { activeGraph, enterLevel, useGraphs } from '../../stores/graphs'
import { select } from '../../stores/selection'
import type { Graph } from '../../protocol'

/** Frames that a level may take to be drawn. */
const PATIENCE = 120

/**
 * Show the level that an instance, frame or note stands in, select it, and bring it to the middle.
 *
 * @param enter Whether its card takes the keyboard, as who goes there by keys wants it.
 */
export function goTo(path: string, enter = false): void {
  const graph = activeGraph()
  if (!graph) return
  const known = path === '' ? '' : nearest(graph.graph, path)
  if (known === '') return
  const name = nameOf(known)
  if (parent(known) !== graph.at) enterLevel(useGraphs.getState().active, parent(known))
  select([name])
  centreSoon(name, parent(known), enter)
}

/** The instance itself, or the one around it that stands in the document. */
export function nearest(graph: Graph, path: string): string {
  for (let known = path; known !== ''; known = parent(known)) {
    const level = levelAt(graph, parent(known))
    const name = nameOf(known)
    if (entry(level?.nodes, name) ?? (name.startsWith('.') && entry(level?.view, name))) return known
  }
  return ''
}

function centreSoon(name: string, at: Path, enter: boolean, frames = PATIENCE): void {
  const graph = activeGraph()
  if (!graph || graph.at !== at || frames === 0) return
  if (nodeNamed(name) && levelShown(graph)) {
    centreOn(name)
    if (enter) focusSoon(name)
  } else requestAnimationFrame(() => centreSoon(name, at, enter, frames - 1))
}
