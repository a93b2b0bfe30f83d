import type { RunRecord } from '../../protocol'

export interface Failure {
  readonly instance: string
  readonly reason: string
}

/** What failed in a run, each instance once; nothing while it goes on, or when it came to its end. */
export function failuresOf(run: RunRecord | undefined): Failure[] {
  if (run?.state !== 'failed') return []
  const found = new Map(run.failures.map((one) => [one['instance'] ?? '', one['reason'] ?? '']))
  return [...found].map(([instance, reason]) => ({ instance, reason }))
}
