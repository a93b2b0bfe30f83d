/** The run that was chosen to be compared, until a second one is. */

import { create } from 'zustand'
import type { RunRecord } from '../../protocol'
import { openOverlay } from '../Files/overlay'

export const useComparing = create<{ run: RunRecord | null }>(() => ({ run: null }))

/** Choose a run to compare: the first one waits for a second. */
export function compareRun(run: RunRecord): void {
  const first = useComparing.getState().run
  if (!first) {
    useComparing.setState({ run })
    return
  }
  useComparing.setState({ run: null })
  if (first.id !== run.id) openOverlay({ kind: 'compare', one: first.id, other: run.id })
}
