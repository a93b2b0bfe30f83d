/** What stands in the form's outputs: those of the run that was picked, else the latest that gave any. */

import { entry } from '../../graph/level'
import type { ArtifactRecord, Graph, RunRecord } from '../../protocol'
import { inOwnOrder } from '../Inspector/order'

/** An output by name, with what a run gave for it. */
export interface ShownOutput {
  name: string
  /** Where it comes from, `instance.port`. */
  source: string
  artifacts: ArtifactRecord[]
}

/** The outputs of a graph, in the order that the inspector shows, then those that only the run has. */
export function shownOutputs(graph: Graph, run: RunRecord | undefined): ShownOutput[] {
  const given = new Map<string, ArtifactRecord[]>()
  for (const artifact of run?.artifacts ?? [])
    given.set(artifact.output, [...(given.get(artifact.output) ?? []), artifact])
  const own = inOwnOrder(graph, 'outputs').map((name) => ({
    name,
    source: entry(graph.outputs, name) ?? '',
    artifacts: given.get(name) ?? [],
  }))
  const named = new Set(own.map((output) => output.name))
  const others = [...given]
    .filter(([name]) => !named.has(name))
    .map(([name, artifacts]) => ({ name, source: '', artifacts }))
  return [...own, ...others]
}

/** The latest of some runs that gave anything. */
export function latest(runs: readonly RunRecord[]): RunRecord | undefined {
  return runs.find((run) => run.artifacts.length > 0)
}
