/** Tells of runs what nobody should miss: screen readers hear it, and a failure becomes a notice. */

import { t, formatSeconds } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { announce } from '../../shell/announce'
import { useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { usePlans } from '../../stores/plan'
import { isOver, onRunEnded, useRuns } from '../../stores/runs'

/** Run → seconds that its plan gave when it began. */
const expected = new Map<string, number | null>()
export const expectedOf = (run: string) => expected.get(run) ?? null

/** Begin to tell; gives a function that ends it. */
export function tellRuns(): () => void {
  const told = new Set<string>()
  const leaveQueue = useRuns.subscribe((now, before) => {
    if (now.queue === before.queue) return
    for (const run of now.queue) {
      if (run.state !== 'running' || told.has(run.id)) continue
      told.add(run.id)
      const plan = usePlans.getState().totals[run.session]
      expected.set(run.id, plan && !plan.unknown && plan.seconds > 0 ? plan.seconds : null)
      announce(t('panels.runBegan', { title: run.title || t('panels.untitled') }))
    }
  })
  const leaveEnds = onRunEnded((run) => {
    expected.delete(run.id)
    if (run.session && useGraphs.getState().open[run.session]) tellEnd(run)
  })
  return () => {
    leaveQueue()
    leaveEnds()
  }
}

function tellEnd(run: RunRecord): void {
  const title = run.title || t('panels.untitled')
  if (run.state === 'failed') {
    const [first] = run.failures
    const where = first?.['instance'] ? `${first['instance']}: ` : ''
    notify({
      kind: 'error',
      text: t('panels.runFailed', { title }),
      detail: `${where}${first?.['reason'] ?? ''}`,
    })
  } else if (run.state === 'cancelled') {
    announce(t('panels.runCancelled', { title }))
  } else {
    announce(t('panels.runDone', { title, time: formatSeconds(spent(run)) }))
  }
}

/** Seconds that a run took, or has taken so far. */
export function spent(run: RunRecord, now = Date.now() / 1000): number {
  if (run.started === null) return 0
  return Math.max(0, (isOver(run) ? (run.ended ?? now) : now) - run.started)
}
