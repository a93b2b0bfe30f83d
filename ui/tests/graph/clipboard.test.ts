import { describe, expect, it } from 'vitest'
import { clipText, copy, cornerOf, paste, readClip, spreadOf } from '../../src/graph/clipboard'
import { isGraph, readGraph } from '../../src/graph/reading'
import type { Graph, Operation } from '../../src/protocol'
import { chain, frozen, reads } from './samples'

const LEVEL: Graph = frozen({
  nodes: {
    load: { type: 't.load' },
    cells: { type: 't.latent', links: { like: 'load.out' } },
    decode: { type: 't.decode', links: { decoder: 'load.out', cells: 'cells.out' } },
    loop: {
      type: 'flow.loop',
      carry: { s: { link: 'load.out' }, t: 1 },
      count: { link: 'cells.out' },
      items: { link: 'gone.out' },
      graph: {},
    },
  },
  view: { cells: { at: [100, 40] }, decode: { at: [300, 20], collapsed: true } },
})

function added(operations: Operation[]) {
  return operations.flatMap((one) => (one.op === 'add' ? [one] : []))
}

describe('copied instances', () => {
  const clip = copy(LEVEL, ['cells', 'decode', 'gone'])

  it('survive as text', () => {
    expect(readClip(clipText(clip))).toEqual(clip)
    expect(cornerOf(clip)).toEqual([100, 20])
  })

  it('keep the links among them, and those from outside where the source is still there', () => {
    const adds = added(paste(LEVEL, clip, '', [0, 0]))
    expect(adds.map(({ name, position, instance }) => [name, position, instance['links']])).toEqual([
      ['cells_2', [0, 20], { like: 'load.out' }],
      ['decode_2', [200, 0], { decoder: 'load.out', cells: 'cells_2.out' }],
    ])
  })

  it('lose links whose source is not there, or is another node', () => {
    for (const nodes of [{}, { load: { type: 't.number' } }] as NonNullable<Graph['nodes']>[]) {
      const adds = added(paste({ nodes }, clip, 'sub', [0, 0]))
      expect(adds.map(({ name, at, instance }) => [name, at, instance['links']])).toEqual([
        ['cells', 'sub', {}],
        ['decode', 'sub', { cells: 'cells.out' }],
      ])
    }
  })

  it('are shown as they were', () => {
    expect(paste(LEVEL, clip, '', [0, 0]).at(-1)).toEqual({
      op: 'patch',
      at: '',
      writes: [
        { where: ['view', 'decode_2'], old: [{ at: [200, 0] }], new: [{ at: [200, 0], collapsed: true }] },
      ],
    })
  })

  it('may be loops', () => {
    const loop = copy(LEVEL, ['loop'])
    expect(added(paste(LEVEL, loop, '', [5, 5]))[0]?.instance).toMatchObject({
      carry: { s: { link: 'load.out' }, t: 1 },
      count: { link: 'cells.out' },
      items: [],
    })
    expect(added(paste({}, loop, '', [5, 5]))[0]?.instance).toMatchObject({
      carry: { s: null, t: 1 },
      count: null,
      items: [],
    })
  })

  it('are fed by the inputs of the graph that feed the copied ones', () => {
    const fed: Graph = {
      ...LEVEL,
      inputs: { size: { to: ['cells.size'], default: 8 }, other: { to: ['load.file'] } },
    }
    const made = paste(fed, copy(fed, ['cells']), '', [0, 0])
    expect(made.slice(1)).toEqual([
      { op: 'expose_input', at: '', name: 'size', input: { to: ['cells.size', 'cells_2.size'], default: 8 } },
    ])
    expect(paste({ ...LEVEL, inputs: { size: { to: [] } } }, copy(fed, ['cells']), '', [0, 0])).toHaveLength(
      1,
    )
  })

  it('are numbered on, not twice', () => {
    const again: Graph = { nodes: { ...LEVEL.nodes, cells_2: { type: 't.latent' } } }
    expect(
      added(paste(again, copy(again, ['cells', 'cells_2']), '', [0, 0])).map(({ name }) => name),
    ).toEqual(['cells_3', 'cells_4'])
  })
})

describe('a text that is no clip', () => {
  const clip = { clip: 'knotwork/clip', nodes: { a: {} }, view: {}, outside: {} }
  const broken: [string, unknown][] = [
    ['another mark', { ...clip, clip: 'x' }],
    ['no instances', { ...clip, nodes: {} }],
    ['a list of instances', { ...clip, nodes: [{}] }],
    ['a name with a dot', { ...clip, nodes: { 'a.b': {} } }],
    ['an empty name', { ...clip, nodes: { '': {} } }],
    ['an instance that is none', { ...clip, nodes: { a: 3 } }],
    ['a link that is none', { ...clip, nodes: { a: { links: { p: 3 } } } }],
    ['a list of links with something else', { ...clip, nodes: { a: { links: { p: ['a.b', 3] } } } }],
    ['params that are a list', { ...clip, nodes: { a: { params: [] } } }],
    ['a graph inside that is none', { ...clip, nodes: { a: { graph: { nodes: { b: 3 } } } } }],
    ['a count that is none', { ...clip, nodes: { a: { count: 'x' } } }],
    ['items that are none', { ...clip, nodes: { a: { items: 'x' } } }],
    ['a view that is none', { ...clip, view: 3 }],
    ['sources that are no types', { ...clip, outside: { a: 3 } }],
    ['inputs that are no names', { ...clip, fed: { 'a.p': {} } }],
  ]
  it.each(broken)('is refused: %s', (_, tree) => {
    expect(readClip(JSON.stringify(tree))).toBeNull()
  })

  it('is refused: any other text', () => {
    for (const text of ['', 'hello', '{', 'null', '3', '"x"', '[]', '{}', '[[[['])
      expect(readClip(text)).toBeNull()
    expect(
      readClip(
        `{"clip":"knotwork/clip","nodes":{"a":${'{"graph":{"nodes":{"a":'.repeat(100)}{}${'}}}'.repeat(100)}}}`,
      ),
    ).toBeNull()
    expect(readClip(JSON.stringify({ clip: 'knotwork/clip', nodes: { a: {} } }))).toMatchObject({
      view: {},
      outside: {},
      fed: {},
    })
  })
})

it('reads graph files that come from anywhere', () => {
  expect(readGraph('{"knotwork": 1, "nodes": {"a": {"type": "t.number"}}}')).toEqual({
    knotwork: 1,
    nodes: { a: { type: 't.number' } },
  })
  for (const text of [
    '{}',
    '{"knotwork": 1, "nodes": []}',
    '{"knotwork": 1, "inputs": {"x": {"to": 3}}}',
    'PNG',
  ]) {
    expect(readGraph(text)).toBeNull()
  }
  expect(isGraph({ outputs: { y: 3 } })).toBe(false)
})

it('copies and pastes in steps that grow with the number of instances', () => {
  const count = (length: number) => {
    const graph = chain(length)
    return (
      reads(graph, (counted) => paste({}, copy(counted, Object.keys(graph.nodes ?? {})), '', [0, 0])) / length
    )
  }
  expect(count(20_000)).toBeLessThanOrEqual(count(2_000) * 1.01)
})

describe('copied frames and notes', () => {
  const level: Graph = {
    nodes: { one: { type: 't.number' } },
    view: {
      one: { at: [40, 60] },
      '.group.g': { title: 'Numbers', colour: '#fff', at: [20, 10], size: [300, 200] },
      '.note.n': { text: 'Why', at: [400, 80], size: [240, 120] },
    },
  }

  it('keep where they stand to each other, under ids of their own', () => {
    const clip = readClip(clipText(copy(level, ['one', '.group.g', '.note.n'])))
    expect(clip && spreadOf(clip)).toEqual([380, 70])
    const made = clip ? paste(level, clip, '', [120, 110]) : []
    const [group, note, add] = made
    expect(group).toMatchObject({ op: 'group', value: { title: 'Numbers', at: [120, 110], size: [300, 200] } })
    expect(note).toMatchObject({ op: 'note', value: { text: 'Why', at: [500, 180] } })
    expect(add).toMatchObject({ op: 'add', position: [140, 160] })
    expect(group?.op === 'group' && group.id).not.toBe('g')
  })

  it('are a clip without any instance, too', () => {
    expect(readClip(clipText(copy(level, ['.note.n'])))).not.toBeNull()
    expect(readClip(clipText(copy(level, [])))).toBeNull()
  })
})
