/** How far a run is as a whole, and how long it will take. */

import { formatSeconds, t } from '../../i18n/t'
import type { ShownRun } from '../../stores/runs'

/** A run under way, in numbers. */
export interface Overall {
  /** Instances that are done, cached ones included. */
  done: number
  /** Of how many; 0 while that is not known. */
  total: number
  /** From 0 to 1. */
  part: number
  /** Seconds left; null while there is nothing to tell it by. */
  left: number | null
}

/**
 * Args:
 *   run: The run that a graph shows.
 *   expected: Seconds that the plan gave when it began; null when it gave none.
 *   now: Seconds since 1970.
 */
export function overall(run: ShownRun, expected: number | null, now: number): Overall {
  const done = run.done + run.cached + run.failed
  const total = Math.max(run.total, done)
  const part = total === 0 ? 0 : done / total
  return { done, total, part, left: secondsLeft(run, expected, now) }
}

/** The time left in words; empty while it is not known. */
export function leftText(far: Overall | null | undefined): string {
  if (!far || far.left === null || far.left < 1) return ''
  return t('panels.timeLeft', { time: formatSeconds(Math.round(far.left)) })
}

function secondsLeft(run: ShownRun, expected: number | null, now: number): number | null {
  const begun = run.record.started
  if (begun === null) return null
  const spent = Math.max(0, now - begun)
  const measured = run.done > 0 && run.toRun > 0 ? (spent / run.done) * (run.toRun - run.done) : null
  if (expected !== null && expected > spent) return expected - spent
  return measured === null ? null : Math.max(0, measured)
}
