import { beforeAll, expect, it } from 'vitest'

let runs: typeof import('../../src/stores/runs')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  const frame = { requestAnimationFrame: () => 1, cancelAnimationFrame: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none, ...frame })
  runs = await import('../../src/stores/runs')
})

const curves = (...turns: number[]) => ({ turns, each: 1, series: { loss: turns } })

it('tells the turn of what was paused, else the last one that was collected', () => {
  expect(runs.pausedAt('s')).toBeUndefined()
  runs.loopCurves.set('s:train', { curves: curves(1, 2), former: false })
  expect(runs.pausedAt('s')).toBe(2)
  runs.nodeRuns.set('s:train', { status: 'paused', progress: { done: 3, total: 9 } })
  runs.nodeRuns.set('s:other', { status: 'done', progress: { done: 7, total: 9 } })
  expect(runs.pausedAt('s')).toBe(3)
  expect(runs.pausedAt('t')).toBeUndefined()
})

it('does not take curves from before an edit for where a run is', () => {
  runs.loopCurves.set('u:train', { curves: curves(1, 2), former: true })
  expect(runs.pausedAt('u')).toBeUndefined()
})
