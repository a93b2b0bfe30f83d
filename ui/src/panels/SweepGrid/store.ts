/** The sweeps of the open graphs: what is set up, and the grid that was asked for last. */

import { create } from 'zustand'
import { get } from '../../api/http'
import type { RunRecord } from '../../protocol'
import { onRunEnded, submit, useRuns } from '../../stores/runs'
import type { Axis } from './sweep'
import type { Draft } from './values'

/** A field that somebody picked, with how its values are given. */
export interface Picked {
  id: string
  draft: Draft
}

/** A grid that was asked for. */
export interface Swept {
  batch: string
  axes: Axis[]
  /** Ids of its runs, in their order. */
  runs: string[]
}

interface Sweeps {
  /** Session → fields that are picked. */
  picked: Record<string, Picked[]>
  /** Session → its last sweep. */
  last: Record<string, Swept>
  /** Runs of these sweeps. */
  runs: Record<string, RunRecord>
}

const KEY = 'knotwork.sweeps'
const MOST = 20

export const useSweeps = create<Sweeps>(() => ({ picked: {}, last: kept(), runs: {} }))

function kept(): Record<string, Swept> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, Swept>
  } catch {
    return {}
  }
}

export function pick(session: string, picked: Picked[]): void {
  useSweeps.setState((now) => ({ picked: { ...now.picked, [session]: picked } }))
}

/** Run a sweep; whether it was queued. */
export async function startSweep(session: string, axes: Axis[]): Promise<boolean> {
  const sweep = Object.fromEntries(axes.map((axis) => [axis.id, axis.values]))
  const runs = await submit(session, { sweep })
  const [first] = runs
  if (!first) return false
  const swept = { batch: first.batch, axes, runs: runs.map((run) => run.id) }
  useSweeps.setState((now) => ({ last: { ...now.last, [session]: swept } }))
  take(runs)
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify(Object.fromEntries(Object.entries(useSweeps.getState().last).slice(-MOST))),
    )
  } catch {
    // Too large to be kept: the grid lasts as long as the page.
  }
  return true
}

/** Forget the last sweep; its runs stay in the history. */
export function forgetSweep(session: string): void {
  useSweeps.setState((now) => {
    const last = { ...now.last }
    Reflect.deleteProperty(last, session)
    return { last }
  })
}

function take(runs: readonly RunRecord[]): void {
  useSweeps.setState((now) => ({
    runs: { ...now.runs, ...Object.fromEntries(runs.map((run) => [run.id, run])) },
  }))
}

const AT_ONCE = 8

/** Learn what became of a sweep's runs, and go on hearing of them; gives a function that ends it. */
export function followSweep(swept: Swept): () => void {
  const own = new Set(swept.runs)
  const waiting = swept.runs.filter((id) => !useSweeps.getState().runs[id]?.ended)
  let left = false
  const fetchAll = async () => {
    for (let at = 0; at < waiting.length && !left; at += AT_ONCE) {
      const some = waiting.slice(at, at + AT_ONCE).map((id) => get<RunRecord>(`runs/${id}`).catch(() => null))
      take((await Promise.all(some)).filter((run) => run !== null))
    }
  }
  void fetchAll()
  const leaveEnds = onRunEnded((run) => own.has(run.id) && take([run]))
  const leaveQueue = useRuns.subscribe((now, before) => {
    if (now.queue === before.queue) return
    const begun = now.queue.filter((run) => run.state === 'running' && own.has(run.id))
    if (begun.length > 0) take(begun)
  })
  return () => {
    left = true
    leaveEnds()
    leaveQueue()
  }
}
