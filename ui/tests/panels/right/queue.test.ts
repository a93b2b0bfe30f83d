import { describe, expect, it } from 'vitest'
import { beforeOf, groupsOf, handleOf } from '../../../src/panels/Queue/groups'
import { runOf } from './runs'

const waiting = (id: string, batch: string) =>
  runOf(id, { batch, state: 'queued', started: null, ended: null })

describe('groups of the queue', () => {
  it('gathers runs of one batch that stand together, without what runs', () => {
    const queue = [runOf('0', { state: 'running' }), waiting('1', 'a'), waiting('2', 'a'), waiting('3', 'b')]
    expect(groupsOf(queue).map((group) => group.runs.map((run) => run.id))).toEqual([['1', '2'], ['3']])
  })

  it('shows a batch in two parts when another run was moved into it', () => {
    const queue = [waiting('1', 'a'), waiting('2', 'b'), waiting('3', 'a')]
    expect(groupsOf(queue).map((group) => group.id)).toEqual(['1', '2', '3'])
  })

  it('moves a batch by its id and a single run by its own', () => {
    const [batch, single] = groupsOf([waiting('1', 'a'), waiting('2', 'a'), waiting('3', 'b')])
    expect(batch && handleOf(batch)).toBe('a')
    expect(single && handleOf(single)).toBe('3')
  })
})

describe('moving in the queue', () => {
  const ids = ['1', '2', '3', '4']

  it('puts an entry in front of the one in its new place when it moves up', () => {
    expect(beforeOf(ids, 3, 1)).toBe('2')
    expect(beforeOf(ids, 2, 0)).toBe('1')
  })

  it('puts an entry behind the one in its new place when it moves down', () => {
    expect(beforeOf(ids, 0, 1)).toBe('3')
    expect(beforeOf(ids, 1, 3)).toBe('')
  })

  it('changes nothing at the ends', () => {
    expect(beforeOf(ids, 0, -1)).toBeNull()
    expect(beforeOf(ids, 3, Infinity)).toBeNull()
  })
})
