import type { Explanation } from '../../protocol'
import type { NodeRun } from '../../stores/runs'

export type CardStatus =
  | 'idle' | 'hit' | 'run' | 'pending' | 'unneeded' | 'running' | 'done' | 'cached' | 'failed' | 'blocked' | 'cancelled'

const URGENT: ReadonlySet<string> = new Set(['running', 'failed', 'blocked'])

/** What a card says of itself: what happens now, else what a run would do, else what happened last. */
export function statusOf(run: NodeRun | undefined, plan: Explanation | undefined): CardStatus {
  if (run && URGENT.has(run.status)) return run.status
  if (!plan) return run?.status ?? 'idle'
  if (plan.status === 'hit' && run?.status === 'done') return 'done'
  return plan.status === 'not needed' ? 'unneeded' : plan.status
}
