import { describe, expect, it } from 'vitest'
import { fits, joined } from '../../../src/panels/History/query'
import { patchBetween, valueOperations, withReferences } from '../../../src/panels/History/restore'
import { changesText, differing, mainText, otherValues, titleOf } from '../../../src/panels/History/words'
import { applyPatches } from '../../../src/graph/patch'
import type { Graph, JsonValue, RunChange } from '../../../src/protocol'
import { runOf } from './runs'

const now: Graph = {
  title: 'Now',
  inputs: { seed: { default: 1, title: 'Seed', to: ['noise.seed'] } },
  outputs: { picture: 'decode.image' },
  nodes: {
    noise: { type: 'latent.noise', params: { width: 64 } },
    decode: { type: 'vae.decode', links: { latent: 'noise.latent' } },
    extra: { type: 'image.invert' },
    sampler: { ref: 'library/sampler.json', params: { steps: 4 } },
  },
  view: { noise: { at: [0, 0] }, extra: { at: [9, 9] } },
}

const then: Graph = {
  title: 'Then',
  inputs: { seed: { default: 7, title: 'Seed', to: ['noise.seed'] } },
  outputs: { picture: 'decode.image' },
  nodes: {
    noise: { type: 'latent.noise', params: { width: 32, height: 32 } },
    decode: { type: 'vae.decode', links: { latent: 'old.latent' } },
    old: { type: 'latent.noise' },
    sampler: { graph: { nodes: {} }, params: { steps: 4 } },
  },
  view: { noise: { at: [500, 500] }, old: { at: [1, 2] } },
}

describe('restoring a run', () => {
  it('makes the graph that of the run, and keeps title, positions and references', () => {
    const patch = patchBetween(now, then)
    const restored = patch && applyPatches(now, [patch])
    expect(restored).toEqual({
      ...now,
      inputs: then.inputs,
      nodes: { ...then.nodes, sampler: now.nodes?.['sampler'] },
      view: { noise: { at: [0, 0] }, old: { at: [1, 2] } },
    })
  })

  it('writes single fields, so that what others change meanwhile stays', () => {
    const places = patchBetween(now, then)?.writes.map((write) => write.where.join('.'))
    expect(places).toContain('nodes.noise.params.width')
    expect(places).toContain('nodes.decode.links.latent')
    expect(places).not.toContain('nodes.noise')
  })

  it('has nothing to do when nothing differs', () => {
    expect(patchBetween(now, structuredClone(now))).toBeNull()
  })

  it('restores references inside of embedded subgraphs, too', () => {
    const run: Graph = { nodes: { outer: { graph: { nodes: { inner: { graph: { nodes: {} } } } } } } }
    const open: Graph = { nodes: { outer: { graph: { nodes: { inner: { ref: 'a.json' } } } } } }
    expect(withReferences(run, open)).toEqual(open)
  })
})

describe('restoring values', () => {
  it('changes inputs that have another value, and nothing else of them', () => {
    expect(valueOperations(now, { seed: 7 }, then)).toEqual([
      { op: 'expose_input', name: 'seed', input: { default: 7, title: 'Seed', to: ['noise.seed'] } },
    ])
    expect(valueOperations(now, { seed: 1 }, then)).toEqual([])
  })

  it('writes to the node where the graph does not have the input any more', () => {
    const run: Graph = { inputs: { width: { to: ['noise.width', 'gone.width'] } } }
    expect(valueOperations(now, { width: 128 }, run)).toEqual([
      { op: 'set_param', name: 'noise', port: 'width', value: 128 },
    ])
  })
})

describe('what tells runs apart', () => {
  const change = (place: string, old: JsonValue, now: JsonValue): RunChange => ({
    kind: 'changed',
    place,
    old,
    new: now,
  })

  it('names the field alone where that is plain, and with its node where it is not', () => {
    expect(changesText(runOf('1', { changes: [change('sample.steps', 25, 30)] }))).toBe('Steps 25 → 30')
    const both = [change('one.width', 1, 2), change('outer/two.width', 3, 4)]
    expect(changesText(runOf('1', { changes: both }))).toBe('one · Width 1 → 2 · outer › two · Width 3 → 4')
  })

  it('tells links and nodes, and counts what it leaves out', () => {
    const changes: RunChange[] = [
      change('mix.links.a', 'x.out', 'y.out'),
      { kind: 'added', place: 'blur', old: null, new: null },
      { kind: 'renamed', place: 'noise', old: 'noise_2', new: null },
      change('seed', 1, 2),
    ]
    expect(changesText(runOf('1', { changes }))).toBe('A x.out → y.out · blur added · noise_2 → noise · +1')
  })

  it('is not said again among the other values', () => {
    const run = runOf('1', { values: { steps: 30, guidance: 3 }, changes: [change('steps', 25, 30)] })
    expect([changesText(run), otherValues(run)]).toEqual(['Steps 25 → 30', 'Guidance 3'])
  })

  it('does not say the text again that the run is called by', () => {
    const run = runOf('1', { values: { prompt: 'a pear' }, changes: [change('prompt', 'an apple', 'a pear')] })
    expect([titleOf(run), changesText(run)]).toEqual(['a pear', ''])
  })
})

describe('restoring values of params', () => {
  it('writes each to its node, also inside a subgraph', () => {
    const open: Graph = { nodes: { noise: {}, outer: { graph: { nodes: { noise: { params: { width: 8 } } } } } } }
    const values = { 'noise.width': 16, 'outer/noise.width': 32, 'gone.width': 64 }
    expect(valueOperations(open, values, open)).toEqual([
      { op: 'set_param', name: 'noise', port: 'width', value: 16 },
      { op: 'set_param', at: 'outer', name: 'noise', port: 'width', value: 32 },
    ])
    expect(valueOperations(open, { 'outer/noise.width': 8 }, open)).toEqual([])
  })
})

describe('lists of runs', () => {
  it('joins pages, the newest first, each run once with its latest record', () => {
    const runs = joined([runOf('3'), runOf('2', { state: 'running' })], [runOf('2'), runOf('1')])
    expect(runs.map((run) => [run.id, run.state])).toEqual([
      ['3', 'done'],
      ['2', 'done'],
      ['1', 'done'],
    ])
  })

  it('takes a run that ended into the list that asks for such', () => {
    const run = runOf('1', { created: 50, state: 'failed' })
    expect(fits(run, { session: 'one', state: ['failed'], since: 50 })).toBe(true)
    expect(fits(run, { session: 'two' })).toBe(false)
    expect(fits(run, { state: ['done'] })).toBe(false)
    expect(fits(run, { since: 51 })).toBe(false)
    expect(fits(run, { until: 50 })).toBe(false)
    expect(fits(runOf('2', { ended: null }), {})).toBe(false)
  })
})

describe('runs in words', () => {
  const run = runOf('1', {
    values: { prompt: 'a red apple', max_steps: 20, mask: null, file: 'a_very_long_name_of_a_file.png' },
  })

  it('remembers a run by the longest text that is no file name', () => {
    expect(mainText(run)).toBe('a red apple')
  })

  it('tells the other values in short', () => {
    expect(otherValues(run)).toBe('Max steps 20 · File a_very_long_name_of_a_f…')
  })

  it('finds the values that tell runs of a batch apart', () => {
    const runs = [1, 2].map((seed) => runOf(String(seed), { values: { seed, steps: 4 } }))
    expect(differing(runs)).toEqual(['seed'])
  })
})
