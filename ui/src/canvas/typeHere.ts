import { nameOf, parent } from '../graph/level'
import { shownType } from '../graph/shownType'
import type { InputPortRecord, OutputPortRecord } from '../protocol'
import { useCatalogue } from '../stores/catalogue'
import { activeGraph } from '../stores/graphs'
import { knownOf, levelShown } from './here'

/** The type of a port on the canvas, as far as links and files tell it. */
export function typeHere(id: string, port: InputPortRecord | OutputPortRecord): string {
  const open = activeGraph()
  const inside = parent(id)
  const shown = open ? levelShown(open, inside) : null
  if (!open || !shown) return port.type
  return shownType(shown.level, nameOf(id), port, knownOf(open, useCatalogue.getState().catalogue, inside))
}
