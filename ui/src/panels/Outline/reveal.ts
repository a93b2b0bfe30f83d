/** Goes to an instance, on whichever level it stands. */

import { levelShown } from '../../canvas/here'
import { centreOn, focusCard, nodeNamed } from '../../canvas/view'
import { entry, levelAt, nameOf, parent, type Path } from '../../graph/level'
import { activeGraph, enterLevel, useGraphs } from '../../stores/graphs'
import { select } from '../../stores/selection'
import type { Graph } from '../../protocol'

/** Frames that a level may take to be drawn. */
const PATIENCE = 120

/**
 * Show the level that an instance stands in, select the instance, and bring it to the middle.
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
    if (entry(levelAt(graph, parent(known))?.nodes, nameOf(known))) return known
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

/** Cards out of sight are drawn once they have come into it. */
function focusSoon(name: string, frames = PATIENCE): void {
  if (frames === 0 || document.querySelector(`[data-node="${CSS.escape(name)}"]`)) focusCard(name)
  else requestAnimationFrame(() => focusSoon(name, frames - 1))
}
