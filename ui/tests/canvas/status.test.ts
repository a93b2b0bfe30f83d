import { describe, expect, it } from 'vitest'
import { framesAround, statusInside, statusOf } from '../../src/canvas/card/status'
import type { Explanation } from '../../src/protocol'
import type { NodeRun } from '../../src/stores/runs'

const plan = (status: Explanation['status']): Explanation => ({
  instance: 'a',
  node: 'n',
  status,
  reasons: [],
  seconds: null,
  size: null,
})
const run = (status: NodeRun['status']): NodeRun => ({ status })

describe('what a card says', () => {
  it('is what would become of it', () => {
    expect(statusOf(undefined, undefined, false)).toBe('idle')
    expect(statusOf(undefined, plan('run'), false)).toBe('run')
    expect(statusOf(undefined, plan('hit'), true)).toBe('hit')
    expect(statusOf(run('done'), plan('hit'), true)).toBe('done')
    expect(statusOf(run('done'), plan('run'), false)).toBe('run')
  })

  it('is that it was paused, whatever a run would do', () => {
    expect(statusOf(run('paused'), plan('run'), false)).toBe('paused')
  })

  it('is that its result is stored, though no run would ask for it', () => {
    expect(statusOf(undefined, plan('not needed'), true)).toBe('hit')
    expect(statusOf(run('done'), plan('not needed'), true)).toBe('done')
    expect(statusOf(undefined, plan('not needed'), false)).toBe('unneeded')
  })

  it('is what happens now, whatever is stored', () => {
    expect(statusOf(run('running'), plan('not needed'), true)).toBe('running')
    expect(statusOf(run('failed'), plan('run'), false)).toBe('failed')
  })
})

describe('the status of a card inside of a frame', () => {
  it('is its own where it has one, else what the frame goes through', () => {
    expect(statusInside('idle', 'running')).toBe('running')
    expect(statusInside('hit', 'running')).toBe('hit')
    expect(statusInside('idle', 'idle')).toBe('idle')
  })

  it('is that of the frame around all others where nothing is known of those between', () => {
    expect(framesAround('outer/inner/step')).toEqual(['outer/inner', 'outer'])
    expect(framesAround('step')).toEqual(['', ''])
    expect(statusInside('idle', 'idle', 'run')).toBe('run')
  })

  it('is not that something else in the frame failed', () => {
    expect(statusInside('idle', 'failed')).toBe('idle')
  })
})
