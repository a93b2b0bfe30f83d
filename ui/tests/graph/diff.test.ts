import { expect, it } from 'vitest'
import { diffGraphs, touched } from '../../src/graph/diff'
import type { Graph } from '../../src/protocol'
import { reads, star } from './samples'

const BEFORE: Graph = {
  title: 'Before',
  inputs: { x: { to: ['a.value'], default: 1 } },
  nodes: {
    a: { type: 't.number', params: { value: 1, other: 2 }, links: { p: 'b.out' } },
    b: { type: 't.number', mode: 'mute' },
    sub: {
      graph: {
        nodes: { in: { type: 't.number' }, mid: { graph: { nodes: { end: { params: { p: 1 } } } } } },
      },
    },
    same: { type: 't.add', params: { a: [1, { b: 2 }] } },
  },
  view: { a: { at: [0, 0] } },
}

const AFTER: Graph = {
  title: 'After',
  inputs: { x: { to: ['a.value'], default: 2 } },
  nodes: {
    a: { type: 't.number', params: { value: 3, fresh: 4 }, links: { p: 'c.out' } },
    c: { type: 't.number' },
    sub: {
      title: 'S',
      graph: {
        nodes: { in: { type: 't.number' }, mid: { graph: { nodes: { end: { params: { p: 2 } } } } } },
      },
    },
    same: { type: 't.add', params: { a: [1, { b: 2 }] } },
  },
  view: { a: { at: [9, 9] } },
}

it('tells for each level what came, went and changed, field by field', () => {
  const diff = diffGraphs(BEFORE, AFTER)
  expect([...diff.keys()]).toEqual(['', 'sub/mid'])
  const top = diff.get('')
  expect([top?.added, top?.removed]).toEqual([new Set(['c']), new Set(['b'])])
  expect(top?.changed.get('a')).toEqual([
    { field: 'params.value', before: 1, after: 3 },
    { field: 'params.other', before: 2, after: undefined },
    { field: 'params.fresh', before: undefined, after: 4 },
    { field: 'links.p', before: 'b.out', after: 'c.out' },
  ])
  expect(top?.changed.get('sub')).toEqual([{ field: 'title', before: undefined, after: 'S' }])
  expect(top?.own).toEqual([
    { field: 'title', before: 'Before', after: 'After' },
    { field: 'inputs.x', before: { to: ['a.value'], default: 1 }, after: { to: ['a.value'], default: 2 } },
  ])
  expect(diff.get('sub/mid')?.changed.get('end')).toEqual([{ field: 'params.p', before: 1, after: 2 }])
})

it('marks what holds a difference', () => {
  expect([...touched(diffGraphs(BEFORE, AFTER))].sort()).toEqual([
    'a',
    'b',
    'c',
    'sub',
    'sub/mid',
    'sub/mid/end',
  ])
})

it('finds nothing between equal graphs, and in what only moved', () => {
  expect(diffGraphs(BEFORE, structuredClone(BEFORE)).size).toBe(0)
  expect(diffGraphs(BEFORE, { ...BEFORE, view: {} }).size).toBe(0)
})

it('counts a graph that became a node as one field', () => {
  const diff = diffGraphs({ nodes: { a: { graph: {} } } }, { nodes: { a: { type: 't.add' } } })
  expect(
    diff
      .get('')
      ?.changed.get('a')
      ?.map(({ field }) => field),
  ).toEqual(['graph', 'type'])
})

it('does not look into instances that are shared', () => {
  const before = star(2_000)
  const count = reads(before, (counted) => diffGraphs(counted, { ...counted, title: 'T' }))
  expect(count).toBeLessThanOrEqual(2 * 2_000)
})
