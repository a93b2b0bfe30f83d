/** The link that is being drawn: where it comes from, and which ports take it. */

import { create } from 'zustand'
import type { Path } from '../graph/level'
import type { LinkView, PortRef } from '../graph/links'
import type { TypeKind } from '../graph/types'

interface Connecting {
  from: (PortRef & { side: 'in' | 'out' }) | null
  /** What flows along it. */
  kind: TypeKind
  /** The level on which it is drawn, by its path from the one that is shown. */
  inside: Path
  /** `path.port` of each port that takes the link; null while none is drawn. */
  valid: ReadonlySet<string> | null
  /** Links that are there and whose end is moved; empty while a new one is drawn. */
  moved: readonly LinkView[]
}

export const useConnecting = create<Connecting>(() => ({ from: null, kind: 'other', inside: '', valid: null, moved: [] }))

/** Whether links are hidden for the moment, to see cards that they cover. */
export const useHiddenLinks = create<{ hidden: boolean }>(() => ({ hidden: false }))
