/** Tells of runs what nobody should miss: screen readers hear it, and a failure becomes a notice. */

import { formatPercent, formatSeconds, t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { announce } from '../../shell/announce'
import { useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { usePlans } from '../../stores/plan'
import { isOver, onRunEnded, useRuns } from '../../stores/runs'
import { leftText, overall } from './progress'

/** Run → seconds that its plan gave when it began. */
const expected = new Map<string, number | null>()
export const expectedOf = (run: string) => expected.get(run) ?? null

/** Parts of a run that are told, unless they follow one another faster than somebody listens. */
const PARTS = [0.25, 0.5, 0.75]
const PAUSE = 5000

/** Begin to tell; gives a function that ends it. */
export function tellRuns(): () => void {
  const told = new Set<string>()
  const tellWaiting = waitTeller()
  const tellPart = partTeller()
  const leaveQueue = useRuns.subscribe((now, before) => {
    tellPart(now)
    if (now.queue === before.queue) return
    tellWaiting(now.queue)
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
    if (isShown(run)) tellEnd(run)
  })
  return () => {
    leaveQueue()
    leaveEnds()
  }
}

const isShown = (run: RunRecord) => Boolean(run.session && useGraphs.getState().open[run.session])

/** Tells once of each batch, or single run, that it waits for others. */
function waitTeller(): (queue: readonly RunRecord[]) => void {
  const told = new Set<string>()
  return (queue) => {
    queue.forEach((run, before) => {
      if (told.has(run.batch)) return
      told.add(run.batch)
      if (run.state !== 'queued' || before === 0 || !isShown(run)) return
      announce(t('panels.runWaits', { title: run.title || t('panels.untitled'), n: before }))
    })
  }
}

/** Tells now and then how far the run of the graph that is shown is. */
function partTeller(): (now: ReturnType<typeof useRuns.getState>) => void {
  let last = { run: '', part: 0, at: 0 }
  return ({ shown }) => {
    const run = shown[useGraphs.getState().active]
    if (!run || run.record.state !== 'running') return
    const seconds = Date.now() / 1000
    const { id } = run.record
    if (last.run !== id) last = { run: id, part: 0, at: Date.now() }
    const far = overall(run, expectedOf(id), seconds)
    const part = PARTS.findLast((one) => far.part >= one) ?? 0
    if (part <= last.part || Date.now() - last.at < PAUSE) return
    last = { run: id, part, at: Date.now() }
    announce([t('panels.runPart', { percent: formatPercent(part) }), leftText(far)].filter(Boolean).join(', '))
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
  } else if (run.state === 'paused') {
    announce(t('panels.runPaused', { title }))
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
