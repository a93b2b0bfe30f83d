import type { GraphRecord, RunRecord } from '../../protocol'

export type Origin = 'graphs' | 'templates'

/** A graph that can be opened. */
export interface Openable extends GraphRecord {
  readonly origin: Origin
}

/** Tells a version of a graph's file from all others. */
export const keyOf = (one: Openable) => `${one.origin}/${one.name}@${one.modified}`

/** Files that were changed last come first; templates keep their order. */
export const listed = (records: readonly GraphRecord[], origin: Origin) =>
  [...records]
    .sort((one, other) => (origin === 'graphs' ? other.modified - one.modified : 0))
    .map((record): Openable => ({ ...record, origin }))

/** Title of a graph → digest of the first picture of the newest of its runs that gave one. Runs come newest first. */
export function picturesOf(runs: readonly RunRecord[]): Map<string, string> {
  const pictures = new Map<string, string>()
  for (const run of runs) {
    const picture = run.artifacts.find((artifact) => artifact.media.startsWith('image/'))
    if (picture && !pictures.has(run.title)) pictures.set(run.title, picture.digest)
  }
  return pictures
}
