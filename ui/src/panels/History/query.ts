/** Questions for runs of the history, and lists of them. */

import type { RunRecord } from '../../protocol'

/** Which runs are wanted. */
export interface RunQuery {
  text?: string
  state?: readonly RunRecord['state'][]
  session?: string
  /** Seconds since 1970. */
  since?: number
  until?: number
}

/** Both lists as one, the newest first; of the same run the later record. */
export function joined(runs: readonly RunRecord[], more: readonly RunRecord[]): RunRecord[] {
  const all = new Map(runs.map((run) => [run.id, run]))
  for (const run of more) all.set(run.id, run)
  return [...all.values()].sort((one, other) => (one.id < other.id ? 1 : -1))
}

/** Whether a run that ended just now belongs to a question; words can only be looked for by the server. */
export function fits(run: RunRecord, query: RunQuery): boolean {
  if (query.text || run.ended === null) return false
  if (query.session && run.session !== query.session) return false
  if (query.since !== undefined && run.created < query.since) return false
  if (query.until !== undefined && run.created >= query.until) return false
  return !query.state?.length || query.state.includes(run.state)
}
