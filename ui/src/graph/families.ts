/** The model families that files tell: which instances tell any, and when that may have changed. */

import type { Graph } from '../protocol'
import { entry, splitPort } from './level'
import { interfaceOf, isLevel, shapeOf, type Interface, type Known } from './ports'
import { variablesOf } from './types'

type Families = NonNullable<Known['families']>
const told = new WeakMap<Readonly<Record<string, Interface>>, Families>()

/** Instance → variable → family, as the server says with the interfaces of a level. */
export function familiesOf(interfaces: Readonly<Record<string, Interface>>): Families {
  const known = told.get(interfaces)
  if (known) return known
  const found: Record<string, Readonly<Record<string, string>>> = {}
  for (const [name, { families }] of Object.entries(interfaces)) {
    if (families && Object.keys(families).length > 0) found[name] = families
  }
  told.set(interfaces, found)
  return found
}

/**
 * Whether a value that was typed in may tell another family.
 *
 * @param where The place that was written, as in a patch.
 * @param inside Whether the level that is shown lies inside of this one, where its values may lead.
 */
export function tellsFamily(level: Graph, where: readonly string[], known: Known, inside: boolean): boolean {
  const [table, name = '', field] = where
  const reads = (instance: string) => readsModel(level, instance, known, inside)
  if (table === 'inputs') return (entry(level.inputs, name)?.to ?? []).some((target) => reads(splitPort(target).name))
  return table === 'nodes' && field === 'params' && reads(name)
}

/** Whether an instance gives what only its values say the family of: something that none of its inputs has. */
function readsModel(level: Graph, name: string, known: Known, inside: boolean): boolean {
  const instance = entry(level.nodes, name)
  if (!instance) return false
  if (isLevel(instance)) return inside
  if (entry(familiesOf(known.interfaces), name)) return true
  const face = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const taken = new Set(Object.values(face?.inputs ?? {}).flatMap((port) => variablesOf(shapeOf(port))))
  return Object.values(face?.outputs ?? {}).some((port) => variablesOf(shapeOf(port)).some((one) => !taken.has(one)))
}
