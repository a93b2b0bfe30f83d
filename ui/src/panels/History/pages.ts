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

/** Runs that are deleted unless somebody thinks again: they are in no list. */
const hidden = new Set<string>()
const lists: { drop: () => void; putBack: (ids: readonly string[]) => void }[] = []

/** Take runs out of every list, also of those that are loaded later. */
export function hideRuns(ids: readonly string[]): void {
  for (const id of ids) hidden.add(id)
  for (const list of lists) list.drop()
}

/** Put runs that were hidden back where they were. */
export function showRuns(ids: readonly string[]): void {
  for (const id of ids) hidden.delete(id)
  for (const list of lists) list.putBack(ids)
}

/** Forget runs that were hidden, and are deleted now. */
export function forgetRuns(ids: readonly string[]): void {
  for (const id of ids) hidden.delete(id)
}

/** A list of runs of its own. */
export function createPages(first: RunQuery = {}) {
  const use = create<Pages>(() => ({ query: first, runs: [], loading: false, end: false, error: '' }))
  // What would be listed were it not hidden
  const aside = new Map<string, RunRecord>()
  let turn = 0
  let oldest = ''

  const listed = (found: readonly RunRecord[]): RunRecord[] => {
    for (const run of found) if (hidden.has(run.id)) aside.set(run.id, run)
    return found.filter((run) => !hidden.has(run.id))
  }

  const load = async (before: string): Promise<void> => {
    const mine = ++turn
    const { query } = use.getState()
    use.setState({ loading: true, error: '' })
    try {
      const found = await get<RunRecord[]>('runs', { ...query, limit: PAGE, ...(before ? { before } : {}) })
      if (mine !== turn) return
      oldest = found.at(-1)?.id ?? before
      use.setState(({ runs }) => ({
        runs: before ? joined(runs, listed(found)) : listed(found),
        end: found.length < PAGE,
        loading: false,
      }))
    } catch (error) {
      if (mine === turn)
        use.setState({ loading: false, error: error instanceof Error ? error.message : String(error) })
    }
  }

  lists.push({
    drop() {
      use.setState(({ runs }) => ({ runs: listed(runs) }))
    },
    putBack(ids) {
      const back = ids.flatMap((id) => aside.get(id) ?? [])
      for (const id of ids) aside.delete(id)
      use.setState(({ runs }) => ({ runs: joined(runs, back) }))
    },
  })

  return {
    use,
    /** Begin anew with another question. */
    search(query: RunQuery): Promise<void> {
      aside.clear()
      oldest = ''
      use.setState({ query, runs: [], end: false })
      return load('')
    },
    /** Load older ones, unless that is under way or there are none. */
    more(): Promise<void> {
      const { loading, end } = use.getState()
      return loading || end ? Promise.resolve() : load(oldest)
    },
    /** Hear of runs that end, until the function it gives is called. */
    follow(): () => void {
      return onRunEnded((run) => {
        const { query } = use.getState()
        if (fits(run, query)) use.setState(({ runs }) => ({ runs: joined(runs, [run]) }))
        else if (query.text) void load('')
      })
    },
  }
}

