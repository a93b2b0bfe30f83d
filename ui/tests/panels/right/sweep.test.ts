import { describe, expect, it } from 'vitest'
import { gridOf, range, sweepables, type Sweepable } from '../../../src/panels/SweepGrid/sweep'
import { beginning, kindsOf, seedsOf, valuesOf } from '../../../src/panels/SweepGrid/values'
import { readField } from '../../../src/widgets/schema'
import type { Graph, InputPortRecord, JsonValue, NodeRecord } from '../../../src/protocol'

const port = (schema: Record<string, JsonValue>, part: Partial<InputPortRecord> = {}): InputPortRecord => ({
  type: 'int',
  shape: {},
  help: '',
  required: false,
  optional: false,
  variadic: false,
  lazy: false,
  param: true,
  schema,
  ...part,
})

const node: NodeRecord = {
  id: 'latent.noise',
  version: 1,
  pack: 'core',
  pack_version: '1',
  help: '',
  licence: '',
  pure: true,
  inputs: {
    vae: port({}, { param: false }),
    width: port({ type: 'integer', minimum: 8, default: 64 }),
    seed: port({ type: 'integer', widget: 'seed', minimum: 0 }),
  },
  outputs: {},
}
const catalogue = { nodes: new Map([[node.id, node]]), fits: new Map() }
const graph: Graph = {
  inputs: { seed: { default: 3, to: ['noise.seed'], title: 'Seed' } },
  nodes: { noise: { type: 'latent.noise', params: { width: 32 }, links: { vae: 'load.vae' } } },
}
const field = (id: string) => sweepables(graph, catalogue, {}).find((one) => one.id === id) as Sweepable

describe('what can be swept', () => {
  it('offers inputs, and params that nothing feeds', () => {
    expect(sweepables(graph, catalogue, {}).map(({ id, value }) => [id, value])).toEqual([
      ['seed', 3],
      ['noise.width', 32],
    ])
  })

  it('offers params of nodes inside subgraphs by their path', () => {
    const inside: Graph = { inputs: { seed: { to: ['noise.seed'] } }, nodes: { noise: { type: 'latent.noise' } } }
    const outer: Graph = { nodes: { up_scale: { graph: inside }, off: { graph: inside, mode: 'mute' } } }
    expect(sweepables(outer, catalogue, {}).map(({ id, title, value }) => [id, title, value])).toEqual([
      ['up_scale/noise.width', 'up_scale › noise · Width', 64],
    ])
  })

  it('leaves out what a loop starts from by a link', () => {
    const ports = { title: 'Turns', help: '', inputs: { a: port({}), b: port({}), count: port({}) }, outputs: {} }
    const loop: Graph = {
      nodes: { turns: { type: 'flow.loop', carry: { a: { link: 'load.x' }, b: 2 }, count: 3 } },
    }
    expect(sweepables(loop, catalogue, { '': { turns: ports } }).map(({ id, value }) => [id, value])).toEqual([
      ['turns.b', 2],
      ['turns.count', 3],
    ])
  })
})

describe('values of a swept field', () => {
  it('spaces numbers evenly, both ends included', () => {
    expect(range(0, 1, 5, false)).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(range(1, 3, 5, true)).toEqual([1, 2, 3])
    expect(range(7, 9, 1, false)).toEqual([7])
    expect(range(0.1, 0.3, 3, false)).toEqual([0.1, 0.2, 0.3])
  })

  it('begins around the present value and within the bounds', () => {
    expect(beginning('range', field('noise.width'))).toEqual({
      kind: 'range',
      from: '16',
      to: '48',
      count: '3',
    })
    expect(beginning('range', { ...field('noise.width'), value: 10 })).toMatchObject({ from: '8', to: '15' })
  })

  it('reads lists of numbers, also with decimal commas, and refuses what is none', () => {
    expect(valuesOf({ kind: 'list', text: '8, 16\n32;8' }, field('noise.width'))).toEqual([8, 16, 32])
    expect(valuesOf({ kind: 'list', text: '8, wide' }, field('noise.width'))).toBeNull()
    expect(
      valuesOf(
        { kind: 'range', from: '0,5', to: '1', count: '2' },
        { ...field('seed'), port: port({ type: 'number' }) },
      ),
    ).toEqual([0.5, 1])
    expect(valuesOf({ kind: 'range', from: '', to: '1', count: '2' }, field('noise.width'))).toBeNull()
  })

  it('reads one text a line, commas and all', () => {
    const text = { ...field('seed'), port: port({ type: 'string', widget: 'text' }) }
    expect(valuesOf({ kind: 'list', text: 'a cat, sleeping\n\na dog' }, text)).toEqual([
      'a cat, sleeping',
      'a dog',
    ])
  })

  it('draws as many different seeds as asked for and keeps those that there are', () => {
    const bounds = { min: 0, max: 9, whole: true }
    const seeds = seedsOf(10, [4, 2], bounds)
    expect(seeds.slice(0, 2)).toEqual([4, 2])
    expect([...seeds].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(seedsOf(1, seeds, bounds)).toEqual([4])
  })

  it('asks for each kind of field in its own way', () => {
    expect(kindsOf(readField(field('seed').port))[0]).toBe('seeds')
    expect(kindsOf(readField(field('noise.width').port))).toEqual(['range', 'list'])
    expect(kindsOf(readField(port({ enum: ['a', 'b'] })))).toEqual(['choice'])
  })
})

describe('the grid of a sweep', () => {
  const axis = (id: string, values: JsonValue[]) => ({ id, title: id, values })

  it('lays the last axis across and the one before it down, as the server counts', () => {
    const grid = gridOf([axis('a', [1, 2]), axis('b', [1, 2, 3])])
    expect(grid.rows?.id).toBe('a')
    expect(grid.columns?.id).toBe('b')
    expect(grid.pages).toEqual([
      {
        label: '',
        cells: [
          [0, 1, 2],
          [3, 4, 5],
        ],
      },
    ])
  })

  it('makes further grids of further axes', () => {
    const { pages } = gridOf([axis('a', ['x', 'y']), axis('b', [1]), axis('c', [1, 2])])
    expect(pages).toEqual([
      { label: 'a: x', cells: [[0, 1]] },
      { label: 'a: y', cells: [[2, 3]] },
    ])
  })

  it('is one row for a single axis', () => {
    expect(gridOf([axis('a', [1, 2])]).pages[0]?.cells).toEqual([[0, 1]])
  })
})
