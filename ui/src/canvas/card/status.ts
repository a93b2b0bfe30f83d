import type { Explanation } from '../../protocol'
import type { NodeRun } from '../../stores/runs'

export type CardStatus =
  | 'idle' | 'hit' | 'run' | 'pending' | 'unneeded' | 'running' | 'paused' | 'done' | 'cached' | 'failed' | 'blocked' | 'cancelled'

const URGENT: ReadonlySet<string> = new Set(['running', 'paused', 'failed', 'blocked'])

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
const SHARED: ReadonlySet<string> = new Set(['hit', 'run', 'pending', 'unneeded', 'running', 'paused', 'done', 'cached', 'cancelled'])

/** The frame that a node of the canvas is in, and the one around all others; empty for none. */
export function framesAround(id: string): [nearest: string, outermost: string] {
  return [id.slice(0, Math.max(0, id.lastIndexOf('/'))), id.slice(0, Math.max(0, id.indexOf('/')))]
}

/** What a card says inside of frames: what is known of it itself, else what the nearest goes through of which it is known. */
export function statusInside(own: CardStatus, ...frames: readonly CardStatus[]): CardStatus {
  return own === 'idle' ? (frames.find((one) => SHARED.has(one)) ?? own) : own
}
