/** Which window lies over the editor; at most one at a time. */

import { create } from 'zustand'
import type { Picture } from '../Gallery/pictures'

export type Overlay =
  | { kind: 'open'; tab: 'files' | 'templates' }
  | { kind: 'sweep' }
  | { kind: 'missing'; session: string }
  | { kind: 'choice'; session: string }
  | { kind: 'compare'; one: string; other: string }
  | { kind: 'viewer'; pictures: readonly Picture[]; at: number }

export const useOverlay = create<{ overlay: Overlay | null }>(() => ({ overlay: null }))

export function openOverlay(overlay: Overlay): void {
  useOverlay.setState({ overlay })
}

/** Close the window; of a kind only, if one is given, since another may have taken its place. */
export function closeOverlay(kind?: Overlay['kind']): void {
  useOverlay.setState(({ overlay }) => (kind && overlay?.kind !== kind ? {} : { overlay: null }))
}
