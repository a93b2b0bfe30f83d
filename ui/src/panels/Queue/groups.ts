/** The queue as it is shown: the run under way, then what waits, runs of one batch together. */

import type { RunRecord } from '../../protocol'

/** Waiting runs that stand together in the queue and came of one request. */
export interface Group {
  /** That of its batch, or of the run when it is the only one. */
  id: string
  runs: RunRecord[]
}

/** Gather what waits; a batch into which another run was moved is in two parts. */
export function groupsOf(queue: readonly RunRecord[]): Group[] {
  const groups: Group[] = []
  for (const run of queue) {
    if (run.state !== 'queued') continue
    const last = groups.at(-1)
    if (last?.runs[0]?.batch === run.batch) last.runs.push(run)
    else groups.push({ id: '', runs: [run] })
  }
  for (const group of groups) group.id = group.runs[0]?.id ?? ''
  return groups
}

/** What names a group when it is moved or cancelled as a whole. */
export function handleOf(group: Group): string {
  const [first] = group.runs
  return (group.runs.length > 1 ? first?.batch : first?.id) ?? ''
}

/**
 * In front of which run something must be put to move within a list.
 *
 * Args:
 *   ids: Ids of the first run of each entry, in order.
 *   from: Place of the entry that moves.
 *   to: Place where it shall stand after.
 *
 * Returns:
 *   The id; empty for behind all; null when that changes nothing.
 */
export function beforeOf(ids: readonly string[], from: number, to: number): string | null {
  const place = Math.max(0, Math.min(ids.length - 1, to))
  if (place === from || from < 0) return null
  return (place > from ? ids[place + 1] : ids[place]) ?? ''
}
