/** Types as a port shows them where it is: with what links and files say of its variables. */

import type { Graph, InputPortRecord, OutputPortRecord } from '../protocol'
import { Linking } from './linkable'
import { shapeOf, type Known } from './ports'
import { describe, isGeneric, ownedBy } from './types'

/** The level that was asked about last, so that the ports of one level need one walk over it. */
let last: { level: Graph; known: Known; linking: Linking } | null = null

/** The type of an instance's port: `Latent[sd1]` where a model is known to be one, else `Latent[F]`. */
export function shownType(
  level: Graph,
  name: string,
  port: InputPortRecord | OutputPortRecord,
  known: Known,
): string {
  const shape = shapeOf(port)
  if (!isGeneric(shape)) return port.type
  if (last?.level !== level || last.known.interfaces !== known.interfaces || last.known.catalogue !== known.catalogue)
    last = { level, known, linking: new Linking(level, known) }
  return describe(last.linking.bindings.resolve(ownedBy(shape, name)))
}
