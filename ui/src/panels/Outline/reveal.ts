/** Goes to an instance, frame or note, on whichever level it stands. */

import { levelShown } from '../../canvas/here'
import { centreOn, focusSoon, isDrawn, nodeNamed } from '../../canvas/view'
import { entry, levelAt, nameOf, parent, pathFrom, type Path } from '../../graph/level'
import { activeGraph, enterLevel, useGraphs } from '../../stores/graphs'
import { select } from '../../stores/selection'
import type { Graph } from '../../protocol'

/** Frames that a level may take to be drawn. */
const PATIENCE = 120

/**
 * Show the level that an instance, frame or note stands in if it isn't drawn, select it, and bring it to the middle.
 *
 * @param enter Whether its card takes the keyboard, as who goes there by keys wants it.
 */
export function goTo(path: string, enter = false): void {
  const graph = activeGraph()
  if (!graph) return
  const known = path === '' ? '' : nearest(graph.graph, path)
  if (known === '') return
  const drawn = pathFrom(graph.at, known)
  if (drawn !== null && isDrawn(parent(drawn))) return show(drawn, graph.at, enter)
  enterLevel(useGraphs.getState().active, parent(known))
  show(nameOf(known), parent(known), enter)
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

function show(id: string, at: Path, enter: boolean): void {
  select([id])
  centreSoon(id, at, enter)
}

function centreSoon(name: string, at: Path, enter: boolean, frames = PATIENCE): void {
  const graph = activeGraph()
  if (!graph || graph.at !== at || frames === 0) return
  if (nodeNamed(name) && levelShown(graph)) {
    centreOn(name)
    if (enter) focusSoon(name)
  } else requestAnimationFrame(() => centreSoon(name, at, enter, frames - 1))
}
