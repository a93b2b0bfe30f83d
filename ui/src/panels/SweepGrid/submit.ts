/** Submits a sweep; params that are no inputs of the graph are made such just long enough. */

import type { RunRecord, RunRequest } from '../../protocol'
import { edit, openGraph } from '../../stores/graphs'
import { submit } from '../../stores/runs'
import { exposure, type Axis } from './sweep'

/** Queue one batch with a run for each combination; none when it was refused. */
export async function submitSweep(
  session: string,
  axes: readonly Axis[],
  request: Partial<RunRequest> = {},
): Promise<RunRecord[]> {
  const graph = openGraph(session)?.graph
  if (!graph) return []
  const { names, before, after } = exposure(graph, axes)
  const sweep = Object.fromEntries(axes.map((axis) => [names.get(axis.id) ?? axis.id, axis.values]))
  if (!(await edit(session, before))) return []
  try {
    return await submit(session, { ...request, sweep })
  } finally {
    await edit(session, after)
  }
}
