/** What a run of the graph that is shown would do, and why: asked anew after each edit and each run. */

import { create } from 'zustand'
import type { Explanation, JsonValue, PlanRecord } from '../protocol'
import { line } from './connection'
import { onClosed, onEdited, useGraphs } from './graphs'
import { Keyed } from './keyed'
import { nodeKey, onRunEnded } from './runs'

/** Totals of a plan. */
export interface PlanTotals {
  /** Instances that would run, and of which that is known only later. */
  toRun: number
  pending: number
  hits: number
  /** Seconds that running takes, as far as is known. */
  seconds: number
  /** Whether some that would run never ran before. */
  unknown: boolean
  /** Why there is no plan; empty when there is one. */
  error: string
}

export const usePlans = create<{ totals: Record<string, PlanTotals> }>(() => ({ totals: {} }))

/** `session:instance` → what would become of it. Subgraphs stand for what is inside of them. */
export const explanations = new Keyed<Explanation>()

const versions = new Map<string, string>()
const wholes = new Map<string, Map<string, Explanation>>()
const asking = new Map<string, 'once' | 'again'>()

/** Ask for the plan; while an answer is on its way, once more after it. */
export async function askPlan(session: string): Promise<void> {
  if (asking.has(session)) {
    asking.set(session, 'again')
    return
  }
  asking.set(session, 'once')
  try {
    const after = versions.get(session) ?? ''
    const plan = await line.ask<PlanRecord & JsonValue>({ type: 'plan', session, outputs: [], after })
    take(session, plan)
  } catch (error) {
    usePlans.setState((now) => ({
      totals: { ...now.totals, [session]: { ...NOTHING, error: error instanceof Error ? error.message : String(error) } },
    }))
    forget(session)
  } finally {
    const again = asking.get(session) === 'again'
    asking.delete(session)
    if (again) void askPlan(session)
  }
}

const NOTHING: PlanTotals = { toRun: 0, pending: 0, hits: 0, seconds: 0, unknown: false, error: '' }

function forget(session: string): void {
  versions.delete(session)
  explanations.deleteAll(`${session}:`)
  wholes.delete(session)
}

function take(session: string, plan: PlanRecord): void {
  if (plan.whole) forget(session)
  versions.set(session, plan.version)
  const whole = wholes.get(session) ?? new Map<string, Explanation>()
  wholes.set(session, whole)
  for (const one of plan.explanations) {
    whole.set(one.instance, one)
    explanations.set(nodeKey(session, one.instance), one)
  }
  gather(session, whole)
  usePlans.setState((now) => ({ totals: { ...now.totals, [session]: totals(whole.values()) } }))
}

export function totals(all: Iterable<Explanation>): PlanTotals {
  const found = { ...NOTHING }
  for (const one of all) {
    if (one.status === 'hit') found.hits++
    if (one.status === 'run') found.toRun++
    if (one.status === 'pending') found.pending++
    if (one.status === 'run' || one.status === 'pending') {
      if (one.seconds === null) found.unknown = true
      else found.seconds += one.seconds
    }
  }
  return found
}

/** Say of each subgraph what is to be said of the instances inside of it, taken together. */
function gather(session: string, whole: ReadonlyMap<string, Explanation>): void {
  const outer = new Map<string, Explanation>()
  for (const one of whole.values()) {
    for (let end = one.instance.indexOf('/'); end > 0; end = one.instance.indexOf('/', end + 1)) {
      const name = one.instance.slice(0, end)
      outer.set(name, joined(outer.get(name), one, name))
    }
  }
  for (const [name, one] of outer) explanations.set(nodeKey(session, name), one)
}

const RANK = { run: 3, pending: 2, hit: 1, 'not needed': 0 } as const

function joined(before: Explanation | undefined, one: Explanation, name: string): Explanation {
  if (!before) return { ...one, instance: name }
  const weighs = RANK[one.status] > RANK[before.status] ? one : before
  const seconds = sum(before, one)
  return { ...before, status: weighs.status, reasons: weighs.reasons, seconds }
}

function sum(before: Explanation, one: Explanation): number | null {
  if (one.status !== 'run' && one.status !== 'pending') return before.seconds
  return one.seconds === null ? before.seconds : (before.seconds ?? 0) + one.seconds
}

/** Keep the plans of the graph that is shown up to date. */
export function followPlans(): void {
  onClosed(forget)
  onEdited((session) => {
    if (session === useGraphs.getState().active) void askPlan(session)
  })
  onRunEnded((run) => {
    if (run.session) void askPlan(run.session)
  })
  useGraphs.subscribe((now, before) => {
    if (now.active && now.active !== before.active && now.open[now.active]) void askPlan(now.active)
  })
}
