import { describe, expect, test } from 'vitest'
import { loopsOf, readEvery, shownTurn } from '../../../src/panels/Inspector/loops'

const loop = { type: 'flow.loop', graph: { nodes: { inner: { type: 'flow.loop' } } } }

describe('loops to look into', () => {
  test('of a loop: itself, and none of its body', () => {
    expect(loopsOf('a', 'turns', loop, loop.graph)).toEqual([{ path: 'a/turns', name: 'turns', at: 'a', instance: loop }])
  })
  test('of a subgraph: those in it, by their paths', () => {
    const inside = { nodes: { turns: loop, other: { type: 'math.add' } } }
    expect(loopsOf('', 'sampler', { ref: 'library/sampler.json' }, inside)).toEqual([
      { path: 'sampler/turns', name: 'turns', at: 'sampler', instance: loop },
    ])
  })
  test('of a graph that is not known: none', () => {
    expect(loopsOf('', 'sampler', { ref: 'x.json' }, null)).toEqual([])
  })
})

test('how often turns are kept is a whole number from 0', () => {
  expect(readEvery('10')).toBe(10)
  expect(readEvery(' ')).toBe(0)
  expect(readEvery('-1')).toBeNull()
  expect(readEvery('1.5')).toBeNull()
  expect(readEvery('many')).toBeNull()
})

test('the turn that was chosen is shown while it is kept, else the last', () => {
  expect(shownTurn([5, 10], 5)).toBe(5)
  expect(shownTurn([5, 10], 7)).toBe(10)
  expect(shownTurn([5, 10], null)).toBe(10)
  expect(shownTurn([], 5)).toBeUndefined()
})
