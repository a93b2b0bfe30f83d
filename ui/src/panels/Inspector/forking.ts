import { ask, post } from '../../api/http'
import { forkTitle } from '../../graph/forks'
import type { Path } from '../../graph/level'
import { t } from '../../i18n/t'
import type { SessionRecord, StepRecord, StepsRecord } from '../../protocol'
import { focusAgain } from '../../shell/focus'
import { enterLevel, openGraph, show, tell } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { select, useSelection } from '../../stores/selection'

/** Open another graph in which a loop goes on from a step, on the level and with the nodes that are looked at now. */
export async function forkFrom(session: string, loop: Path, step: number): Promise<void> {
  const open = openGraph(session)
  if (!open) return
  const { names } = useSelection.getState()
  const before = open.record.title || open.record.name || t('canvas.untitled')
  const title = forkTitle(before, step, (number) => t('views.fromStep', { step: number }))
  try {
    const record = await post<SessionRecord>(`sessions/${session}/steps/fork`, {}, { instance: loop, turn: step, title })
    await show(record)
    if (open.at !== '') enterLevel(record.id, open.at)
    select(names)
    notify({ kind: 'good', text: t('views.forkOpened', { step }) })
    requestAnimationFrame(() => focusAgain(null)) // the button that was pressed is gone with its graph
  } catch (error) {
    tell(error)
  }
}

/** Keep a step for good, or no longer than others; true once that is so. */
export async function keepStep(session: string, loop: Path, step: StepRecord): Promise<boolean> {
  const method = step.pinned ? 'DELETE' : 'POST'
  try {
    await ask<StepsRecord>(method, `sessions/${session}/steps/pin`, { query: { instance: loop, turn: step.turn } })
    return true
  } catch (error) {
    tell(error)
    return false
  }
}
