import { describe, expect, test } from 'vitest'
import { forkTitle, forkedAt } from '../../src/graph/forks'
import { unfork } from '../../src/graph/operations'
import { isInstance } from '../../src/graph/reading'

const fork = { turn: 12, key: 'ab' }
const loop = { type: 'flow.loop', fork }

describe('the step that a loop goes on from', () => {
  test('is told of the loop and of the subgraphs that hold it', () => {
    const sampler = { graph: { nodes: { begin: { type: 'math.add' }, turns: loop } } }
    expect(forkedAt(loop)).toBe(12)
    expect(forkedAt(sampler)).toBe(12)
    expect(forkedAt({ graph: { nodes: { sampler } } })).toBe(12)
  })
  test('is none where all begin at their beginning, or the graph is not known', () => {
    expect(forkedAt({ type: 'flow.loop' })).toBeNull()
    expect(forkedAt({ ref: 'library/sampler.json' })).toBeNull()
    expect(forkedAt({ graph: { nodes: { turns: { type: 'flow.loop' } } } })).toBeNull()
  })
  test('is taken away by an edit of the loop', () => {
    expect(unfork('turns', 'sampler')).toEqual([{ op: 'set_fields', at: 'sampler', name: 'turns', fields: { fork: null } }])
  })
  test('is a number and a key wherever a graph is read', () => {
    expect(isInstance(loop)).toBe(true)
    for (const wrong of [3, 'ab', { turn: '12', key: 'ab' }, { turn: 12 }]) expect(isInstance({ ...loop, fork: wrong })).toBe(false)
  })
})

test('a graph that was forked says so in its title, and only the last step when it is forked again', () => {
  const from = (step: string) => `from step ${step}`
  expect(forkTitle('Text to image', 12, from)).toBe('Text to image from step 12')
  expect(forkTitle('Text to image from step 12', 15, from)).toBe('Text to image from step 15')
  expect(forkTitle('A letter from step 3 on', 5, from)).toBe('A letter from step 3 on from step 5')
})
