/** Runs of the history, loaded page by page, the newest first, and kept up to date. */

import { create } from 'zustand'
import { get } from '../../api/http'
import type { RunRecord } from '../../protocol'
import { onRunEnded } from '../../stores/runs'
import { fits, joined, type RunQuery } from './query'

export interface Pages {
  query: RunQuery
  runs: readonly RunRecord[]
  loading: boolean
  /** Whether there are no older ones. */
  end: boolean
  /** Why nothing came; empty when something did. */
  error: string
}

const PAGE = 40

/** A list of runs of its own. */
export function createPages(first: RunQuery = {}) {
  const use = create<Pages>(() => ({ query: first, runs: [], loading: false, end: false, error: '' }))
  let turn = 0

  const load = async (before: string): Promise<void> => {
    const mine = ++turn
    const { query } = use.getState()
    use.setState({ loading: true, error: '' })
    try {
      const found = await get<RunRecord[]>('runs', { ...query, limit: PAGE, ...(before ? { before } : {}) })
      if (mine !== turn) return
      use.setState(({ runs }) => ({
        runs: before ? joined(runs, found) : found,
        end: found.length < PAGE,
        loading: false,
      }))
    } catch (error) {
      if (mine === turn)
        use.setState({ loading: false, error: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    use,
    /** Begin anew with another question. */
    search(query: RunQuery): Promise<void> {
      use.setState({ query, runs: [], end: false })
      return load('')
    },
    /** Load older ones, unless that is under way or there are none. */
    more(): Promise<void> {
      const { runs, loading, end } = use.getState()
      return loading || end ? Promise.resolve() : load(runs.at(-1)?.id ?? '')
    },
    /** Hear of runs that end, until the function it gives is called. */
    follow(): () => void {
      return onRunEnded((run) => {
        const { query } = use.getState()
        if (fits(run, query)) use.setState(({ runs }) => ({ runs: joined(runs, [run]) }))
        else if (query.text) void load('')
      })
    },
    /** Take runs out of the list. */
    drop(ids: readonly string[]): void {
      use.setState(({ runs }) => ({ runs: runs.filter((run) => !ids.includes(run.id)) }))
    },
    /** Put runs back into the list. */
    putBack(back: readonly RunRecord[]): void {
      use.setState(({ runs }) => ({ runs: joined(runs, back) }))
    },
  }
}

export type RunPages = ReturnType<typeof createPages>
