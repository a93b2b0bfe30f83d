/** The picture that a mask is painted over. */

import { create } from 'zustand'
import { address } from '../../api/http'
import { editable } from '../../canvas/here'
import { children, entry } from '../../graph/level'
import { interfaceOf } from '../../graph/ports'
import { results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { useSelection } from '../../stores/selection'
import { fileName, pictureFile, useUploads } from '../../widgets/uploads'
import { canMask, pictureGiven } from './masking'

export interface Masked {
  /** The instance that has the picture. */
  readonly name: string
  /** Address of the picture. */
  readonly picture: string
  /** What people call it. */
  readonly title: string
}

export const useMasking = create<{ masked: Masked | null }>(() => ({ masked: null }))

/** What a mask can be painted over at an instance: the picture file that it is given, else a picture that it gave. */
export function maskable(name: string): Masked | null {
  const here = editable()
  const instance = entry(here?.level.nodes, name)
  if (!here || !instance || !canMask(here.known.catalogue)) return null
  const { known, session, at } = here
  const given = pictureGiven(instance, interfaceOf(instance, name, known.catalogue, known.interfaces))
  if (given) return { name, picture: pictureFile(given), title: fileName(given, useUploads.getState().known) }
  const path = children(at, name)
  for (const [port, { kind, digest }] of Object.entries(results.get(nodeKey(session, path)) ?? {})) {
    if (kind !== 'image') continue
    const picture = address(`sessions/${session}/values/file`, { instance: path, port, digest })
    return { name, picture, title: instance.title || name }
  }
  return null
}

/** The one instance that is selected, if a mask can be painted over its picture. */
export function maskableSelected(): Masked | null {
  const { names } = useSelection.getState()
  const [name] = names
  return name !== undefined && names.length === 1 ? maskable(name) : null
}

export function paintMask(masked: Masked | null): void {
  useMasking.setState({ masked })
}
