import type { Explanation } from '../../protocol'
import type { NodeRun } from '../../stores/runs'

export type CardStatus =
  | 'idle' | 'hit' | 'run' | 'pending' | 'unneeded' | 'running' | 'done' | 'cached' | 'failed' | 'blocked' | 'cancelled'

const URGENT: ReadonlySet<string> = new Set(['running', 'failed', 'blocked'])

/**
 * What a card says of itself: what happens now, else what a run would do, else what happened last.
 *
 * @param stored Whether its result is stored: then that matters more than that no run would ask for it.
 */
export function statusOf(run: NodeRun | undefined, plan: Explanation | undefined, stored: boolean): CardStatus {
  if (run && URGENT.has(run.status)) return run.status
  if (!plan) return run?.status ?? 'idle'
  const wanted = plan.status === 'not needed' ? (stored ? 'hit' : 'unneeded') : plan.status
  return wanted === 'hit' && run?.status === 'done' ? 'done' : wanted
}

/** What a loop goes through as a whole is said of each node inside of it, too; that one of them failed is not. */
const SHARED: ReadonlySet<string> = new Set(['hit', 'run', 'pending', 'unneeded', 'running', 'done', 'cached', 'cancelled'])

/** What a card says inside of a frame: what is known of it itself, else what the frame goes through. */
export function statusInside(own: CardStatus, frame: CardStatus): CardStatus {
  return own === 'idle' && SHARED.has(frame) ? frame : own
}
