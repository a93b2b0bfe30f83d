/**
 * The level that is shown, and those in frames on it, each by its path from there; those of a graph that is
 * referred to can only be read.
 */

import { familiesOf } from '../graph/families'
import { borderOf } from '../graph/frame'
import { entry, levelAt, nameOf, parent, within, type Path } from '../graph/level'
import { interfaceOf, type Border, type Catalogue, type Known } from '../graph/ports'
import type { Graph, Operation } from '../protocol'
import { edit, openGraph, useGraphs, type OpenGraph } from '../stores/graphs'
import { useCatalogue } from '../stores/catalogue'
import { useSelection } from '../stores/selection'

export interface Shown {
  level: Graph
  at: Path
  readOnly: boolean
}

/** A level that can be edited, with what is known of its ports. */
export interface Here extends Shown {
  session: string
  /** Its path from the level that is shown. */
  inside: Path
  known: Known
}

type Open = Pick<OpenGraph, 'graph' | 'at' | 'references'>

export function levelShown(open: Open, inside: Path = ''): Shown | null {
  const at = within(open.at, inside)
  const own = levelAt(open.graph, at)
  if (own) return { level: own, at, readOnly: false }
  for (const [path, graph] of Object.entries(open.references)) {
    if (at !== path && !at.startsWith(`${path}/`)) continue
    const level = levelAt(graph, at.slice(path.length + 1))
    if (level) return { level, at, readOnly: true }
  }
  return null
}

const NONE = {}
export function knownOf(open: Open & Pick<OpenGraph, 'interfaces'>, catalogue: Catalogue, inside: Path = ''): Known {
  const interfaces = open.interfaces[within(open.at, inside)] ?? NONE
  const known = { catalogue, interfaces, families: familiesOf(interfaces) }
  return inside === '' ? known : { ...known, border: borderAround(open, catalogue, inside) }
}

/** The inner ports of the frame that a level is drawn in. */
function borderAround(open: Open & Pick<OpenGraph, 'interfaces'>, catalogue: Catalogue, inside: Path): Border | undefined {
  const outer = levelShown(open, parent(inside))
  const name = nameOf(inside)
  const instance = entry(outer?.level.nodes, name)
  const interfaces = open.interfaces[within(open.at, parent(inside))] ?? NONE
  return instance && borderOf(instance, interfaceOf(instance, name, catalogue, interfaces))
}

/** The level of what is selected; the one that is shown while nothing is. */
export function levelSelected(): Path {
  const { names, link } = useSelection.getState()
  return parent(names[0] ?? link)
}

/** A graph and a level of it that are shown, or were when something was typed there. */
export interface Place {
  readonly session: string
  readonly at: Path
}

function placeShown(): Place {
  const { active, open } = useGraphs.getState()
  return { session: active, at: open[active]?.at ?? '' }
}

/** A level, that of what is selected if none is named, if it can be edited. */
export function editable(inside: Path = levelSelected(), { session, at }: Place = placeShown()): Here | null {
  const graph = openGraph(session)
  const open = graph && { ...graph, at }
  const shown = open ? levelShown(open, inside) : null
  if (!open || !shown || shown.readOnly) return null
  const known = knownOf(open, useCatalogue.getState().catalogue, inside)
  return { ...shown, inside, session, known }
}

type Make = (level: Graph, at: Path, known: Known) => Operation[]

/** Edit a level, that of what is selected if none is named; true when it was done. */
export function editLevel(make: Make, inside?: Path, place?: Place): Promise<boolean> {
  const here = editable(inside, place)
  return here ? edit(here.session, make(here.level, here.at, here.known)) : Promise.resolve(false)
}

/** Edit the level on which a node stands, by the name that it has there. */
export function editAround(id: string, make: (level: Graph, name: string, at: Path, known: Known) => Operation[], place?: Place): Promise<boolean> {
  return editLevel((level, at, known) => make(level, nameOf(id), at, known), parent(id), place)
}
