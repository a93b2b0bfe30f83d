/** The queue, the run that each open graph shows, and how far each of its nodes is. */

import { create } from 'zustand'
import { post, ask, remove } from '../api/http'
import type { CurvesRecord, CurvesTold, JsonValue, Paused, Preview, QueueRecord, Reliable, RunChanged, RunGone, RunRecord, RunRequest } from '../protocol'
import { line } from './connection'
import { onClosed, onEdited, tell, useGraphs } from './graphs'
import { Keyed } from './keyed'

export type NodeStatus = 'running' | 'paused' | 'done' | 'cached' | 'failed' | 'blocked' | 'cancelled'

/** How far an instance, or a subgraph with all inside of it, is in the run that is shown. */
export interface NodeRun {
  status: NodeStatus
  /** Steps that are done, of how many; of an instance that runs now or was stopped. */
  progress?: { done: number; total: number }
  /** Seconds that it took. */
  seconds?: number
  /** Why it failed, or what it waits for in vain. */
  reason?: string
}

/** The run that a graph shows: the one under way, else its last one. */
export interface ShownRun {
  record: RunRecord
  total: number
  toRun: number
  done: number
  cached: number
  failed: number
}

interface Runs {
  paused: boolean
  /** Id of the run under way that this page has told to pause, until it is; empty when there is none. */
  pausing: string
  waiting: number
  /** The run under way, then those that wait. */
  queue: RunRecord[]
  /** Session → the run that it shows. */
  shown: Record<string, ShownRun>
  /** Runs that ended while this page was open, the latest first. */
  ended: RunRecord[]
}

export const useRuns = create<Runs>(() => ({ paused: false, pausing: '', waiting: 0, queue: [], shown: {}, ended: [] }))

/** `session:instance` → how far it is. */
export const nodeRuns = new Keyed<NodeRun>()
/** `session:instance` → address of the latest picture that it shows while it runs. */
export const livePictures = new Keyed<string>()


export interface LoopCurves {
  readonly curves: CurvesRecord
  /** Whether they are from before an edit, after which nothing was collected yet. */
  readonly former: boolean
}
/** `session:instance` → what a loop collects in numbers. */
export const loopCurves = new Keyed<LoopCurves>()

export const nodeKey = (session: string, instance: string) => `${session}:${instance}`
/** Whether a run is about to pause. */
export const isPausing = (run: RunRecord) => run.state === 'running' && run.id === useRuns.getState().pausing
export const isOver = (run: RunRecord) => run.state === 'done' || run.state === 'failed' || run.state === 'cancelled'

type EndHook = (run: RunRecord) => void
const endHooks = new Set<EndHook>()
/** Hear of each run that ends or is paused. */
export function onRunEnded(hook: EndHook): () => void {
  endHooks.add(hook)
  return () => endHooks.delete(hook)
}

type DoneHook = (session: string, instance: string) => void
const doneHooks = new Set<DoneHook>()
/** Hear of each instance that is done. */
export function onNodeDone(hook: DoneHook): () => void {
  doneHooks.add(hook)
  return () => doneHooks.delete(hook)
}

/** Begin to follow the queue. */
export function followQueue(): void {
  onClosed((session) => {
    leaving.get(session)?.()
    leaving.delete(session)
    clearNodes(session)
    loopCurves.deleteAll(`${session}:`)
  })
  // The queue may be told before a graph is opened, as it is when the page is loaded again.
  onEdited((session) => {
    if (!useRuns.getState().shown[session]) useRuns.getState().queue.filter((run) => run.session === session).forEach(consider)
  })
  line.listen('queue', {
    snapshot: (value) => {
      const queue = value as unknown as QueueRecord
      useRuns.setState(({ pausing }) => ({
        paused: queue.paused,
        pausing: queue.runs.some((run) => run.id === pausing && run.state === 'running') ? pausing : '',
        waiting: queue.waiting,
        queue: queue.runs,
      }))
      queue.runs.forEach(consider)
    },
    event: (event) => takeQueue(event),
  })
}

function takeQueue(event: Reliable['event']): void {
  if (event.type === 'queue.paused') useRuns.setState({ paused: (event as Paused).paused })
  else if (event.type === 'run.gone') forgetRun((event as RunGone).run)
  else if (event.type === 'run.changed') takeRun((event as RunChanged).run)
}

function takeRun(run: RunRecord): void {
  useRuns.setState((now) => {
    const others = now.queue.filter((one) => one.id !== run.id)
    const queue = isOver(run) ? others : [...others, run].sort(inOrder)
    const ended = isOver(run) ? [run, ...now.ended.filter((one) => one.id !== run.id)].slice(0, 100) : now.ended
    const pausing = run.id === now.pausing && run.state !== 'running' ? '' : now.pausing
    return { queue, ended, pausing, waiting: queue.filter((one) => one.state === 'queued').length }
  })
  consider(run)
  if (isOver(run) || run.state === 'paused') endHooks.forEach((hook) => hook(run))
}

const PLACES: readonly RunRecord['state'][] = ['running', 'paused', 'queued']
const inOrder = (one: RunRecord, other: RunRecord) =>
  PLACES.indexOf(one.state) - PLACES.indexOf(other.state) ||
  other.priority - one.priority ||
  one.position - other.position

function forgetRun(id: string): void {
  useRuns.setState((now) => ({
    queue: now.queue.filter((one) => one.id !== id),
    ended: now.ended.filter((one) => one.id !== id),
  }))
}

/** Show a run in its graph when it is the newest of those that have begun there. */
function consider(run: RunRecord): void {
  if (!run.session || !useGraphs.getState().open[run.session]) return
  const shown = useRuns.getState().shown[run.session]
  if (shown?.record.id === run.id) update(shown.record, run)
  else if (isNews(run, shown?.record)) follow(run)
}

/** Show how the shown run is now. One that was paused and begins again goes through its nodes anew. */
function update(before: RunRecord, run: RunRecord): void {
  if (run.state === 'running' && before.state !== 'running' && before.started !== null) follow(run)
  else setShown(run.session, { record: run })
  if (run.state === 'paused') pauseNodes(run.session)
}

/** Whether a run is to be shown in the place of another one, or of none. */
function isNews(run: RunRecord, shown: RunRecord | undefined): boolean {
  if (run.state === 'running') return true
  return !isOver(run) && (!shown || isOver(shown))
}

const leaving = new Map<string, () => void>()

/** Follow a run's nodes, in the graph that it was started from. */
function follow(run: RunRecord): void {
  const session = run.session
  leaving.get(session)?.()
  clearNodes(session)
  setShown(session, { record: run, total: 0, toRun: 0, done: 0, cached: 0, failed: 0 })
  const leave = line.listen(`run:${run.id}`, {
    snapshot: (value) => {
      const { run: record, events, curves } = value as unknown as { run: RunRecord; events: Reliable['event'][]; curves: CurvesTold[] }
      clearNodes(session)
      gathered.delete(session)
      setShown(session, { record, total: 0, toRun: 0, done: 0, cached: 0, failed: 0 })
      line.ask({ type: 'watch', run: run.id, nodes: null, size: 256, rate: 4 }).catch(() => undefined)
      takeAll(session, events)
      curves.forEach((one) => takeCurves(session, one))
      if (record.state === 'paused') pauseNodes(session)
    },
    event: (event) => takeAll(session, [event]),
    lossy: (event) => {
      if (event.type === 'node.started') begin(session, event.n)
      else if (event.type === 'node.progress') progress(session, event.n, event.done, event.total)
      else if (event.type === 'node.preview') picture(session, event)
      else if (event.type === 'node.curves') takeCurves(session, event)
    },
  })
  leaving.set(session, leave)
}

/** Counts of what happened, gathered for a frame so that a thousand events are drawn once. */
const gathered = new Map<string, { done: number; cached: number; failed: number }>()
let frame = 0

function count(session: string, kind: 'done' | 'cached' | 'failed'): void {
  let counts = gathered.get(session)
  if (!counts) gathered.set(session, (counts = { done: 0, cached: 0, failed: 0 }))
  counts[kind]++
  if (frame === 0) frame = requestAnimationFrame(tellCounts)
}

function tellCounts(): void {
  frame = 0
  for (const [session, counts] of gathered) {
    const shown = useRuns.getState().shown[session]
    if (!shown) continue
    setShown(session, {
      done: shown.done + counts.done,
      cached: shown.cached + counts.cached,
      failed: shown.failed + counts.failed,
    })
  }
  gathered.clear()
}

function takeAll(session: string, events: readonly Reliable['event'][]): void {
  for (const event of events) {
    switch (event.type) {
      case 'run.planned':
        setShown(session, { total: event.total, toRun: event.to_run })
        break
      case 'node.done':
        finish(session, event.n, { status: event.c ? 'cached' : 'done', seconds: event.s })
        count(session, event.c ? 'cached' : 'done')
        break
      case 'node.failed':
        finish(session, event.n, { status: 'failed', reason: event.reason })
        count(session, 'failed')
        break
      case 'node.blocked':
        finish(session, event.n, { status: 'blocked', reason: event.by })
        break
      case 'node.cancelled':
        finish(session, event.n, { status: 'cancelled', ...(event.total > 0 && { progress: { done: event.done, total: event.total } }) })
        break
      case 'run.changed':
        setShown(session, { record: event.run })
        if (isOver(event.run)) endRunning(session)
        break
    }
  }
}

function finish(session: string, instance: string, run: NodeRun): void {
  nodeRuns.set(nodeKey(session, instance), run)
  for (const outer of around(instance)) {
    const key = nodeKey(session, outer)
    nodeRuns.set(key, joined(nodeRuns.get(key), run))
  }
  if (run.status === 'done' || run.status === 'cached') doneHooks.forEach((hook) => hook(session, instance))
}

/** How a subgraph is, once one more instance inside of it is finished. */
function joined(before: NodeRun | undefined, run: NodeRun): NodeRun {
  const seconds = (before?.seconds ?? 0) + (run.seconds ?? 0)
  if (before?.status === 'failed') return before
  if (run.status === 'failed') return { status: 'failed', reason: run.reason ?? '', seconds }
  return { status: run.status === 'cached' ? (before?.status ?? 'cached') : run.status, seconds }
}

function begin(session: string, instance: string): void {
  for (const one of [instance, ...around(instance)]) {
    const key = nodeKey(session, one)
    const before = nodeRuns.get(key)
    if (before?.status !== 'failed') nodeRuns.set(key, { ...before, status: 'running' })
  }
}

function progress(session: string, instance: string, done: number, total: number): void {
  for (const one of [instance, ...around(instance)]) {
    nodeRuns.set(nodeKey(session, one), { status: 'running', progress: { done, total } })
  }
}

function picture(session: string, preview: Preview): void {
  const blob = new Blob([preview.data as Uint8Array<ArrayBuffer>], { type: preview.media })
  const url = URL.createObjectURL(blob)
  for (const one of [preview.n, ...around(preview.n)]) {
    const key = nodeKey(session, one)
    const before = livePictures.get(key)
    livePictures.set(key, url)
    if (before && one === preview.n) setTimeout(() => URL.revokeObjectURL(before), 1000)
  }
}

function takeCurves(session: string, { n, curves }: CurvesTold): void {
  loopCurves.set(nodeKey(session, n), { curves, former: false })
}

/** The subgraphs around an instance, from the inside out. */
export function around(instance: string): string[] {
  const found: string[] = []
  for (let end = instance.lastIndexOf('/'); end > 0; end = instance.lastIndexOf('/', end - 1)) {
    found.push(instance.slice(0, end))
  }
  return found
}

/** Nothing runs any more: what still seems to was stopped. */
function endRunning(session: string): void {
  for (const [key, run] of [...nodeRuns.entries()]) {
    if (key.startsWith(`${session}:`) && run.status === 'running') nodeRuns.set(key, { ...run, status: 'cancelled' })
  }
}

/** The run goes on another time: what it stopped in the middle of waits for that, the rest has not begun. */
function pauseNodes(session: string): void {
  for (const [key, run] of [...nodeRuns.entries()]) {
    if (!key.startsWith(`${session}:`) || (run.status !== 'running' && run.status !== 'cancelled')) continue
    if (run.progress) nodeRuns.set(key, { ...run, status: 'paused' })
    else nodeRuns.delete(key)
  }
}

/** The turn after which the run that a graph shows was paused; undefined while that is not known. */
export function pausedAt(session: string): number | undefined {
  const mine = ([key]: [string, unknown]) => key.startsWith(`${session}:`)
  const turns = [...nodeRuns.entries()].filter(mine).flatMap(([, run]) => (run.status === 'paused' && run.progress ? [run.progress.done] : []))
  const collected = [...loopCurves.entries()].filter(mine).flatMap(([, { curves, former }]) => (former ? [] : [curves.turns.at(-1) ?? 0]))
  return (turns.length > 0 ? turns : collected).at(-1)
}

function clearNodes(session: string): void {
  for (const store of [nodeRuns, livePictures]) store.deleteAll(`${session}:`)
}

function setShown(session: string, part: Partial<ShownRun>): void {
  useRuns.setState((now) => {
    const before = now.shown[session] ?? ({ total: 0, toRun: 0, done: 0, cached: 0, failed: 0 } as ShownRun)
    return { shown: { ...now.shown, [session]: { ...before, ...part } } }
  })
}

/** Submit runs of an open graph; the runs, or none when it was refused. */
export async function submit(session: string, request: Partial<RunRequest> = {}): Promise<RunRecord[]> {
  const whole: RunRequest = { graph: { session }, key: crypto.randomUUID(), ...request }
  try {
    const runs = await line.ask<RunRecord[] & JsonValue>({ type: 'submit', request: whole })
    runs.forEach((run) => goOn(run.id))
    return runs
  } catch (error) {
    tell(error)
    return []
  }
}

/** Cancel a run, or every run of a batch. */
export async function cancel(run: string): Promise<void> {
  await line.ask({ type: 'cancel', run }).catch(tell)
}

/** Pause a run under way, or one that waits; it goes on from where it was. */
export const pauseRun = (id: string) => post<RunRecord[]>(`runs/${id}/pause`).then(beginPausing, tell)
/** Go on with a paused run, or let one go on that is about to pause. */
export const resumeRun = (id: string) => post(`runs/${id}/resume`).then(() => goOn(id), tell)

/** One that has paused by now is not about to. */
function beginPausing(told: readonly RunRecord[]): void {
  const isRunning = ({ id }: RunRecord) => useRuns.getState().queue.some((run) => run.id === id && run.state === 'running')
  const pausing = told.find(isRunning)
  if (pausing) useRuns.setState({ pausing: pausing.id })
}

/** Of a run or a batch, what was about to pause is not any more. */
function goOn(id: string): void {
  const { pausing, queue } = useRuns.getState()
  if (queue.some((run) => run.id === pausing && (run.id === id || run.batch === id))) useRuns.setState({ pausing: '' })
}

export const cancelAll = () => post('queue/cancel').then(() => undefined, tell)
export const pauseQueue = (paused: boolean) => post(`queue/${paused ? 'pause' : 'resume'}`).then(() => undefined, tell)
/** Put a waiting run in front of another one; behind all without one. */
export const moveRun = (id: string, before = '') => post(`runs/${id}/move`, { before }).then(() => undefined, tell)
export const deleteRun = (id: string) => remove(`runs/${id}`).then(() => undefined, tell)
/** Runs that ended, found again. */
export const searchRuns = (query: Record<string, string | number | undefined>) =>
  ask<RunRecord[]>('GET', 'runs', { query })
