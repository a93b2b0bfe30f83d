import type { Explanation } from '../protocol'
import type { NodeRun } from '../stores/runs'

export type CardStatus =
  | 'idle' | 'hit' | 'run' | 'pending' | 'unneeded' | 'running' | 'done' | 'cached' | 'failed' | 'blocked' | 'cancelled'

/** What a card says of itself: what happens now, else what a run would do, else what happened last. */
export function statusOf(run: NodeRun | undefined, plan: Explanation | undefined): CardStatus {
  if (run?.status === 'running' || run?.status === 'failed' || run?.status === 'blocked') return run.status
  if (!plan) return run?.status ?? 'idle'
  if (plan.status === 'hit') return run?.status === 'done' ? 'done' : 'hit'
  if (plan.status === 'not needed') return 'unneeded'
  return plan.status
}
