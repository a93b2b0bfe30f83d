/** What the server tells of two runs; see `engine.service.comparison`. */

import { get } from '../../api/http'
import { isRecord } from '../../graph/level'
import { same } from '../../graph/patch'
import type { ArtifactRecord, JsonValue, RunRecord } from '../../protocol'

export interface Comparison {
  graph: {
    kind: 'added' | 'removed' | 'changed' | 'renamed'
    instance: string
    field: string
    old: JsonValue
    new: JsonValue
  }[]
  values: { name: string; one: JsonValue; other: JsonValue }[]
  outputs: OutputChange[]
}

/** One output of two runs. */
export interface OutputChange {
  output: string
  index: number
  equal: boolean
  one: ArtifactRecord | null
  other: ArtifactRecord | null
  /** Mean and greatest difference of the pixels, 0 to 1; null unless both are pictures of one size. */
  mean: number | null
  greatest: number | null
}

/** Two runs with what differs between them. */
export interface Compared {
  one: RunRecord
  other: RunRecord
  comparison: Comparison
}

export async function compareRuns(one: string, other: string): Promise<Compared> {
  const [first, second, comparison] = await Promise.all([
    get<RunRecord>(`runs/${one}`),
    get<RunRecord>(`runs/${other}`),
    get<Comparison>(`runs/${one}/compare/${other}`),
  ])
  return { one: first, other: second, comparison }
}

/** What differs between the graphs; of their inputs only what is more than the value, which is told anyway. */
export function structure({ graph }: Comparison): Comparison['graph'] {
  return graph.filter(({ field, old, new: now }) => {
    if (!field.startsWith('inputs.') || !isRecord(old) || !isRecord(now)) return true
    return !same({ ...old, default: null }, { ...now, default: null })
  })
}

/** The outputs that can be laid over each other, those that differ first. */
export function pairs(comparison: Comparison): OutputChange[] {
  const both = comparison.outputs.filter(({ one, other }) => isPicture(one) && isPicture(other))
  return both.sort((first, second) => Number(first.equal) - Number(second.equal))
}

const isPicture = (artifact: ArtifactRecord | null) => artifact?.media.startsWith('image/') === true
