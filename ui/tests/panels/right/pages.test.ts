import { afterEach, describe, expect, it, vi } from 'vitest'
import { runOf } from './runs'

const stored = ['3', '2', '1'].map((id) => runOf(id))

vi.stubGlobal('sessionStorage', { getItem: () => 'me' })
vi.mock('../../../src/api/http', async (original) => ({ ...(await original<object>()), get: () => Promise.resolve(stored) }))
const { createPages, forgetRuns, hideRuns, showRuns } = await import('../../../src/panels/History/pages')

const idsOf = (list: ReturnType<typeof createPages>) => list.use.getState().runs.map((run) => run.id)

afterEach(() => forgetRuns(['2']))

describe('runs that are deleted unless somebody thinks again', () => {
  it('are in no list, also when it is loaded later, and come back into each', async () => {
    const [history, gallery] = [createPages(), createPages()]
    await history.search({})
    hideRuns(['2'])
    await gallery.search({})
    expect([idsOf(history), idsOf(gallery)]).toEqual([['3', '1'], ['3', '1']])
    showRuns(['2'])
    expect([idsOf(history), idsOf(gallery)]).toEqual([['3', '2', '1'], ['3', '2', '1']])
  })

  it('come back only where they were asked for', async () => {
    const [history, other] = [createPages(), createPages()]
    await history.search({})
    hideRuns(['2'])
    showRuns(['2'])
    expect(idsOf(history)).toEqual(['3', '2', '1'])
    expect(idsOf(other)).toEqual([])
  })
})
