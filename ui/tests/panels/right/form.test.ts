import { describe, expect, it } from 'vitest'
import { graphInputs, readable, setInput } from '../../../src/panels/FormView/inputs'
import { latest, shownOutputs } from '../../../src/panels/FormView/outputs'
import { told } from '../../../src/panels/DiffView/told'
import { overall } from '../../../src/panels/RunButton/progress'
import { seedPlaces } from '../../../src/panels/RunButton/seeds'
import type { ArtifactRecord, Graph, InputPortRecord, JsonValue, NodeRecord } from '../../../src/protocol'
import { runOf } from './runs'

const port = (schema: Record<string, JsonValue>): InputPortRecord => ({
  type: '',
  shape: {},
  help: 'of the port',
  required: false,
  optional: false,
  variadic: false,
  lazy: false,
  param: true,
  schema,
})
const node: NodeRecord = {
  id: 'n',
  version: 1,
  pack: '',
  pack_version: '',
  help: '',
  licence: '',
  pure: true,
  outputs: {},
  inputs: {
    text: port({ type: 'string', widget: 'text' }),
    seed: port({ type: 'integer', widget: 'seed', minimum: 0 }),
    steps: port({ type: 'integer' }),
  },
}
const catalogue = { nodes: new Map([['n', node]]), fits: new Map() }
const known = { catalogue, interfaces: {} }

describe('inputs of a form', () => {
  const graph: Graph = {
    inputs: {
      negative: { default: '', to: ['low.text'] },
      prompt: { default: 'a cat', to: ['high.text'], title: 'What to draw', help: 'Say it.' },
      seed: { default: 0, to: ['high.seed'] },
      steps: { to: ['high.steps'] },
      strange: { to: ['gone.port'] },
    },
    nodes: { high: { type: 'n' }, low: { type: 'n' } },
    view: { high: { at: [0, 0] }, low: { at: [0, 300] } },
  }

  it('stand as people fill them in: texts by their place, then the rest, seeds last', () => {
    expect(graphInputs(graph, known).map((input) => input.name)).toEqual([
      'prompt',
      'negative',
      'steps',
      'strange',
      'seed',
    ])
  })

  it('stand first as somebody ordered them', () => {
    const ordered = { ...graph, view: { ...graph.view, '.order': { inputs: ['seed', 'gone', 'steps'] } } }
    expect(graphInputs(ordered, known).map((input) => input.name)).toEqual([
      'seed',
      'steps',
      'prompt',
      'negative',
      'strange',
    ])
  })

  it('take title and help from the graph, else from the port', () => {
    const [prompt, negative, steps, strange] = graphInputs(graph, known)
    expect(prompt).toMatchObject({ title: 'What to draw', help: 'Say it.', value: 'a cat' })
    expect(negative).toMatchObject({ title: 'Negative', help: 'of the port', value: '' })
    expect(steps?.value).toBeUndefined()
    expect(strange?.port).toBeNull()
  })

  it('keep all else of an input when its value changes', () => {
    expect(setInput(graph, 'prompt', 'a dog')).toEqual([
      {
        op: 'expose_input',
        name: 'prompt',
        input: { default: 'a dog', to: ['high.text'], title: 'What to draw', help: 'Say it.' },
      },
    ])
    expect(setInput(graph, 'constructor', 1)).toEqual([])
  })

  it('have names as people write them', () => {
    expect(readable('max_new-tokens')).toBe('Max new tokens')
  })
})

describe('outputs of a form', () => {
  const artifact = (output: string): ArtifactRecord => ({
    output,
    index: 0,
    type: 'Image',
    digest: output,
    media: 'image/png',
    size: 1,
    value: null,
  })

  it('stand in the order of the graph, those that only the run has after them', () => {
    const run = runOf('1', { artifacts: [artifact('extra'), artifact('b')] })
    const outputs = shownOutputs({ outputs: { a: 'x.out', b: 'y.out' } }, run)
    expect(outputs.map(({ name, artifacts }) => [name, artifacts.length])).toEqual([
      ['a', 0],
      ['b', 1],
      ['extra', 1],
    ])
  })

  it('stand as somebody ordered them', () => {
    const graph = { outputs: { a: 'x.out', b: 'y.out' }, view: { '.order': { outputs: ['b', 'a'] } } }
    expect(shownOutputs(graph, undefined).map(({ name, source }) => [name, source])).toEqual([
      ['b', 'y.out'],
      ['a', 'x.out'],
    ])
  })

  it('come from the latest run that gave anything', () => {
    expect(latest([runOf('2'), runOf('1', { artifacts: [artifact('a')] })])?.id).toBe('1')
  })
})

describe('seeds in nodes', () => {
  it('are found on every level, unless something is linked or fed to them', () => {
    const graph: Graph = {
      inputs: { seed: { to: ['fed.seed'] } },
      nodes: {
        free: { type: 'n' },
        fed: { type: 'n' },
        linked: { type: 'n', links: { seed: 'free.out' } },
        sub: { graph: { nodes: { inner: { type: 'n' } } } },
      },
    }
    expect(seedPlaces(graph, catalogue).map(({ at, name }) => [at, name])).toEqual([
      ['', 'free'],
      ['sub', 'inner'],
    ])
  })
})

describe('how far a run is', () => {
  const run = {
    record: runOf('1', { started: 100, ended: null }),
    total: 10,
    toRun: 8,
    done: 2,
    cached: 2,
    failed: 0,
  }

  it('counts what was stored as done', () => {
    expect(overall(run, null, 110)).toMatchObject({ done: 4, total: 10, part: 0.4 })
  })

  it('tells the time left by the plan while that holds, else by what was done', () => {
    expect(overall(run, 30, 110).left).toBe(20)
    expect(overall(run, 5, 110).left).toBe(30)
    expect(overall({ ...run, done: 0 }, null, 110).left).toBeNull()
  })
})

describe('differences in words', () => {
  it('tells of an input its value alone when nothing else of it differs', () => {
    const change = {
      field: 'inputs.seed',
      before: { default: 1, title: 'Seed' },
      after: { default: 2, title: 'Seed' },
    }
    expect(told(change)).toEqual([{ field: 'inputs.seed', title: 'Seed', old: '1', now: '2' }])
  })

  it('tells of an input each part that differs by itself', () => {
    const before = { default: 1, title: 'Seed', to: ['noise.seed'] }
    const after = { default: 1, title: 'Seed' }
    expect(told({ field: 'inputs.seed', before, after })).toMatchObject([
      { title: 'Seed · leads to', old: '["noise.seed"]', now: '–' },
    ])
  })

  it('names a field without its table', () => {
    expect(told({ field: 'params.max_steps', before: undefined, after: 4 })).toMatchObject([
      { title: 'Max steps', old: '–', now: '4' },
    ])
  })
})
