import { describe, expect, it } from 'vitest'
import {
  children,
  entry,
  instanceAt,
  levelAt,
  nameOf,
  parent,
  splitPort,
  viewOf,
} from '../../src/graph/level'
import type { Graph } from '../../src/protocol'

const INNER: Graph = { nodes: { deep: { graph: { nodes: { end: { type: 't.number' } } } } } }
const GRAPH: Graph = {
  nodes: { outer: { graph: INNER }, plain: { type: 't.number' }, file: { ref: 'x.json' } },
}

it('finds levels and instances by path', () => {
  expect(levelAt(GRAPH, '')).toBe(GRAPH)
  expect(levelAt(GRAPH, 'outer')).toBe(INNER)
  expect(levelAt(GRAPH, 'outer/deep')?.nodes).toHaveProperty('end')
  for (const path of ['plain', 'file', 'gone', 'outer/gone', 'constructor', 'plain/x'])
    expect(levelAt(GRAPH, path)).toBeNull()
  expect(instanceAt(GRAPH, 'outer/deep/end')).toEqual({ type: 't.number' })
  expect(instanceAt(GRAPH, 'plain')).toBe(GRAPH.nodes?.['plain'])
  for (const path of ['', 'gone', 'plain/x', 'toString']) expect(instanceAt(GRAPH, path)).toBeNull()
})

it('goes down and up', () => {
  expect(children('', 'a')).toBe('a')
  expect(children('a/b', 'c')).toBe('a/b/c')
  expect([parent('a/b/c'), parent('a'), parent('')]).toEqual(['a/b', '', ''])
  expect([nameOf('a/b/c'), nameOf('a')]).toEqual(['c', 'a'])
})

it('takes no name for an entry that every object has', () => {
  expect(entry({}, 'constructor')).toBeUndefined()
  expect(entry({ constructor: 1 }, 'constructor')).toBe(1)
  expect(entry(undefined, 'a')).toBeUndefined()
})

it('splits ports at the first dot', () => {
  expect(splitPort('a.b.c')).toEqual({ name: 'a', port: 'b.c' })
  expect(splitPort('a')).toEqual({ name: 'a', port: '' })
})

describe('the view', () => {
  const level: Graph = {
    nodes: { a: {}, b: {}, c: {} },
    view: {
      a: { at: [1, 2], size: [300, 200], collapsed: true, colour: 'blue', pinned: true },
      b: { at: [1, '2'], size: [0, 5], collapsed: 'yes' },
      c: 'nonsense',
      gone: { at: [0, 0] },
      '.group.g': { at: [5, 6], size: [7, 8], title: 'Group', colour: 'red' },
      '.note.n': { text: 'Note' },
    },
  }

  it('tells what is written, and leaves out what is not as it should be', () => {
    const view = viewOf(level)
    expect([...view.positions]).toEqual([['a', [1, 2]]])
    expect([...view.sizes]).toEqual([['a', [300, 200]]])
    expect([view.collapsed, view.pinned]).toEqual([new Set(['a']), new Set(['a'])])
    expect([...view.colours]).toEqual([['a', 'blue']])
  })

  it('has groups and notes', () => {
    const view = viewOf(level)
    expect(view.groups).toEqual([{ id: 'g', title: 'Group', colour: 'red', at: [5, 6], size: [7, 8] }])
    expect(view.notes).toEqual([{ id: 'n', text: 'Note', colour: '', at: [0, 0], size: [240, 120] }])
  })
})
