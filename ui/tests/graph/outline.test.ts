import { describe, expect, it } from 'vitest'
import { flatten, outlineOf } from '../../src/graph/outline'
import { inOrder } from '../../src/graph/path'
import type { Graph } from '../../src/protocol'
import { chain, reads, star } from './samples'

const LEVEL: Graph = {
  outputs: { y: 'last.out' },
  nodes: {
    last: { type: 't.add', links: { a: 'sub.x', b: 'first.out' } },
    sub: { title: 'Inside', links: { x: 'first.out' }, graph: { nodes: { in: { type: 't.pass' } } } },
    first: { type: 't.number', mode: 'mute' },
    alone: { type: 'flow.loop', graph: {} },
  },
}

describe('the outline', () => {
  const outline = outlineOf(LEVEL, (path) => (path === 'sub/in' ? 'done' : undefined))

  it('lists instances after what they read, with those inside', () => {
    expect(outline.map(({ name, kind, mode, reads: sources }) => [name, kind, mode, sources])).toEqual([
      ['first', 'node', 'mute', []],
      ['alone', 'loop', '', []],
      ['sub', 'subgraph', '', ['first']],
      ['last', 'node', '', ['sub', 'first']],
    ])
    expect(outline[2]?.items).toMatchObject([
      { path: 'sub/in', at: 'sub', depth: 2, place: 1, siblings: 1, status: 'done' },
    ])
    expect(outline[2]).toMatchObject({ title: 'Inside', depth: 1, place: 3, siblings: 4, status: undefined })
  })

  it('lists frames and notes after the instances of their level', () => {
    const level: Graph = {
      nodes: { a: {} },
      view: { '.group.g': { at: [0, 0], size: [9, 9], title: 'Sketch' }, '.note.n': { at: [0, 0], text: 'Try it' } },
    }
    expect(outlineOf(level)).toMatchObject([
      { path: 'a', place: 1, siblings: 3 },
      { path: '.group.g', title: 'Sketch', kind: 'group', place: 2, siblings: 3 },
      { path: '.note.n', title: 'Try it', kind: 'note', place: 3, siblings: 3 },
    ])
  })

  it('is gone through as far as it is open', () => {
    expect(flatten(outline).map(({ path }) => path)).toEqual(['first', 'alone', 'sub', 'sub/in', 'last'])
    expect(flatten(outline, () => false).map(({ path }) => path)).toEqual(['first', 'alone', 'sub', 'last'])
  })

  it('has circles, too, and graphs that are very deep', () => {
    const circle: Graph = { nodes: { a: { links: { p: 'b.out' } }, b: { links: { p: 'a.out' } }, c: {} } }
    expect(outlineOf(circle).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
    let deep: Graph = {}
    for (let depth = 0; depth < 5_000; depth += 1) deep = { nodes: { a: { graph: deep } } }
    expect(flatten(outlineOf(deep))).toHaveLength(5_000)
  })
})

describe('what feeds what', () => {
  it('has an order', () => {
    expect(inOrder(LEVEL)).toEqual(['first', 'alone', 'sub', 'last'])
    expect(inOrder({ nodes: { a: { links: { p: ['gone.out', 'a.out'] } }, b: {} } })).toEqual(['b', 'a'])
  })

  it.each([
    ['a chain', chain],
    ['a star', star],
  ])('takes work that grows with the level: %s', (_, make) => {
    const count = (length: number) =>
      reads(make(length), (level) => {
        outlineOf(level)
        inOrder(level)
      })
    expect(count(20_000)).toBeLessThanOrEqual(10.1 * count(2_000))
  })
})
