/** Under which terms weights may be used: those of the family that a file tells, or that a node is for. */

import type { LicenceRecord, NodeRecord } from '../protocol'
import { entry } from './level'

/** Name of a model family → its terms. */
export type Licences = Readonly<Record<string, LicenceRecord>>

/**
 * The terms of what an instance loads; of what its node is for, while no file tells its family.
 *
 * @param families What its files tell.
 */
export function termsOf(node: Pick<NodeRecord, 'licence'> | undefined, families: readonly string[], licences: Licences): readonly LicenceRecord[] {
  if (families.length > 0) return [...new Set(families)].flatMap((name) => entry(licences, name) ?? [])
  return node?.licence ? [{ family: '', text: node.licence, restricted: true }] : []
}

/** The terms in one line, with the family that they are of. */
export const termsText = ({ family, text }: LicenceRecord) => (family && !text.startsWith(family) ? `${family}: ${text}` : text)
