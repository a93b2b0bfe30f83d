import { t } from '../../i18n/t'
import type { Instance } from '../../protocol'
import type { NodeRun } from '../../stores/runs'

/** How often a loop turns; while it does, or where it was paused, at which turn it is. */
export function turnsText({ count }: Instance, run: NodeRun | undefined): string {
  const turn = run?.status === 'running' || run?.status === 'paused' ? run.progress : undefined
  if (turn) return t('canvas.turnOf', { n: turn.done, total: turn.total })
  return typeof count === 'number' ? t('canvas.turns', { n: count }) : t('canvas.loop')
}
