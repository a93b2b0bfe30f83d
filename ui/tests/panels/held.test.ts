import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunRecord } from '../../src/protocol'
import { useNotices } from '../../src/stores/notices'
import { runOf } from './right/runs'

let held: typeof import('../../src/panels/RunButton/held')
let runs: typeof import('../../src/stores/runs')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
  held = await import('../../src/panels/RunButton/held')
  runs = await import('../../src/stores/runs')
})

const queue = (...list: RunRecord[]) => runs.useRuns.setState({ queue: list })
const running = () => runOf('1', { state: 'running', ended: null })
const paused = (id: string) => runOf(id, { state: 'paused', ended: null })
const notices = () => useNotices.getState().shown.map(({ text }) => text)

beforeEach(() => {
  runs.useRuns.setState({ queue: [], pausing: '' })
  useNotices.setState({ shown: [], history: [] })
})
afterEach(() => vi.unstubAllGlobals())

describe('runs that are held', () => {
  it('are those of the graph that are paused, or about to be', () => {
    queue(running(), paused('2'), runOf('3', { state: 'queued' }), runOf('4', { state: 'paused', session: 'other' }))
    expect(held.heldRuns('one').map(({ id }) => id)).toEqual(['2'])
    runs.useRuns.setState({ pausing: '1' })
    expect(held.heldRuns('one').map(({ id }) => id)).toEqual(['1', '2'])
  })

  it('go on without a notice when the same is run again', () => {
    const before = [paused('5')]
    held.tellHeld(before, [runOf('5', { state: 'queued' })])
    expect(notices()).toEqual([])
    expect(held.goesOn(before)).toBe(true)
  })

  it('are told of once when another run is begun beside them, after which seeds step again', () => {
    const before = [paused('6')]
    expect(held.goesOn(before)).toBe(true)
    held.tellHeld(before, [runOf('7', { state: 'queued' })])
    held.tellHeld(before, [runOf('8', { state: 'queued' })])
    expect(notices()).toEqual(['“Apples” is still paused'])
    expect(held.goesOn(before)).toBe(false)
  })

  it('are not told of when the run was refused', () => {
    held.tellHeld([paused('9')], [])
    expect(notices()).toEqual([])
  })
})

describe('a run that is told to pause', () => {
  const answering = (...told: RunRecord[]) => {
    vi.stubGlobal('document', { baseURI: 'http://localhost/' })
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(told))))
  }

  it('is about to pause until it goes on', async () => {
    queue(running())
    answering(running())
    await runs.pauseRun('batch-1')
    expect(runs.isPausing(running())).toBe(true)
    answering() // another page was faster
    await runs.resumeRun('batch-1')
    expect(runs.isPausing(running())).toBe(false)
  })

  it('is not about to when it has paused before the answer came', async () => {
    queue(paused('1'))
    answering(running())
    await runs.pauseRun('batch-1')
    expect(runs.useRuns.getState().pausing).toBe('')
  })
})
