import type { RunRecord } from '../../../src/protocol'

/** A run that ended well, with other fields where they are given. */
export function runOf(id: string, part: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    batch: `batch-${id}`,
    session: 'one',
    title: 'Apples',
    graph: 'digest',
    state: 'done',
    priority: 0,
    position: 0,
    created: 100,
    started: 101,
    ended: 103,
    values: {},
    seeds: {},
    changes: [],
    outputs: [],
    forced: [],
    counts: {},
    seconds: {},
    failures: [],
    warnings: [],
    artifacts: [],
    nodes: [],
    models: {},
    versions: {},
    device: 'cpu',
    ...part,
  }
}
