/** Paused runs of a graph: the same run again goes on with one, any other run leaves them as they are. */

import { t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { announce } from '../../shell/announce'
import { notify } from '../../stores/notices'
import { isPausing, resumeRun, useRuns } from '../../stores/runs'

/** Ids of paused runs beside which another one was begun. */
const passed = new Set<string>()

/** The runs of a graph that are paused, or about to be. */
export function heldRuns(session: string): RunRecord[] {
  return useRuns.getState().queue.filter((run) => run.session === session && (run.state === 'paused' || isPausing(run)))
}

/** Whether to run is to go on, unless the graph has changed: then no seed steps. */
export const goesOn = (held: readonly RunRecord[]) => held.some((run) => !passed.has(run.id))

/** Tell what a new run made of those that were paused; of one that stays so, once. */
export function tellHeld(held: readonly RunRecord[], runs: readonly RunRecord[]): void {
  const [last] = held.slice(-1)
  if (!last || runs.length === 0) return
  const title = (run: RunRecord) => run.title || t('panels.untitled')
  const again = held.find((run) => run.id === runs[0]?.id)
  if (again) return announce(t('panels.runGoesOn', { title: title(again) }))
  if (!goesOn(held)) return
  held.forEach((run) => passed.add(run.id))
  notify({
    kind: 'info',
    text: t('panels.stillPaused', { title: title(last) }),
    detail: t('panels.stillPausedText'),
    action: { label: t('panels.resume'), run: () => void resumeRun(last.id) },
  })
}
