/** What is stored of each instance of an open graph: shown on its card, also after a reload or a restart. */

import { address, get } from '../api/http'
import { instanceAt, levelAt, parent } from '../graph/level'
import type { Graph, JsonValue, ValueRecord } from '../protocol'
import { onClosed, onEdited, useGraphs, type OpenGraph } from './graphs'
import { Keyed } from './keyed'
import { nodeKey, onNodeDone, onRunEnded } from './runs'

export type ResultKind = ValueRecord['kind']

/** One stored output. */
export interface Result {
  type: string
  digest: string
  kind: ResultKind
  /** Key (hex) by which the instance can be frozen; empty where it can't. */
  key: string
  /** Bytes that the value takes at the server. */
  size?: number
  /** The value itself, if it is a number, a bool or a short text. */
  value?: JsonValue
}

/** `session:instance` → port → what is stored. */
export const results = new Keyed<Record<string, Result>>()

/** The same for what was stored before an edit, until there is something newer: what one compares the edit with. */
export const outdated = new Keyed<Record<string, Result>>()

const SOON = 400
/** Of the time, the part at most that asking takes while a run of thousands of nodes goes on. */
const SHARE = 0.1
/** One slow answer does not hold back the next question for longer. */
const LATE = 5000
let took = 0
const waiting = new Map<string, { readonly timer: ReturnType<typeof setTimeout>; readonly due: number }>()

/** Learn what is stored; many calls in short succession make one question, at the earliest of their times. */
export function askResults(session: string, pause = Math.min(LATE, Math.max(SOON, took / SHARE))): void {
  const due = performance.now() + pause
  const before = waiting.get(session)
  if (before && before.due <= due) return
  clearTimeout(before?.timer)
  const ask = () => {
    waiting.delete(session)
    void fetchResults(session)
  }
  waiting.set(session, { timer: setTimeout(ask, pause), due })
}

async function fetchResults(session: string): Promise<void> {
  if (!useGraphs.getState().open[session]) return
  const begun = performance.now()
  const found = await get<Found>(`sessions/${session}/results`).catch(() => null)
  const open = useGraphs.getState().open[session]
  if (found !== null && open) takeResults(session, found, open)
  took = performance.now() - begun
}

/** Instance → port → what is stored. */
type Found = Record<string, Record<string, Result>>

/** Show what is stored now. What is no longer valid is set aside, unless its node went away. */
export function takeResults(session: string, found: Found, open: Pick<OpenGraph, 'graph'>): void {
  for (const [key, ports] of [...results.entries()]) {
    const instance = key.slice(session.length + 1)
    if (!key.startsWith(`${session}:`) || instance in found) continue
    results.delete(key)
    outdated.set(key, ports)
  }
  for (const [instance, ports] of Object.entries(found)) {
    const key = nodeKey(session, instance)
    if (!same(results.get(key), ports)) results.set(key, ports)
    outdated.delete(key)
  }
  for (const key of [...outdated.keys()]) {
    if (key.startsWith(`${session}:`) && !isThere(open.graph, key.slice(session.length + 1))) outdated.delete(key)
  }
}

/** Whether there is an instance; what is inside of a file that is referred to counts as there. */
function isThere(graph: Graph, path: string): boolean {
  if (instanceAt(graph, path)) return true
  const around = parent(path)
  return around !== '' && (instanceAt(graph, around)?.ref ? true : !levelAt(graph, around) && isThere(graph, around))
}

function same(one: Record<string, Result> | undefined, other: Record<string, Result>): boolean {
  if (!one || Object.keys(one).length !== Object.keys(other).length) return false
  return Object.entries(other).every(([port, { digest, key }]) => one[port]?.digest === digest && one[port].key === key)
}

/** Key by which an instance can be frozen at what is stored of it; empty when nothing is. */
export function keyOf(ports: Record<string, Result> | undefined): string {
  return Object.values(ports ?? {}).find((result) => result.key)?.key ?? ''
}

const VISIBLE: readonly ResultKind[] = ['image', 'mask', 'latent', 'video', 'mesh', 'audio', 'plot']
const VISIBLE_ITEMS = /^list of (Image|Mask|SegMap|Latent|Video|Mesh)\b/

/** The port of an instance whose value is worth a picture, if there is one; of a list its first item is drawn. */
export function pictured(ports: Record<string, Result> | undefined): { port: string; result: Result } | null {
  const all = Object.entries(ports ?? {})
  for (const kind of VISIBLE) {
    for (const [port, result] of all) if (result.kind === kind) return { port, result }
  }
  const list = all.find(([, { type }]) => VISIBLE_ITEMS.test(type))
  return list ? { port: list[0], result: list[1] } : null
}

/** Address of a picture of a stored value. The digest is in it, so that the browser keeps it for good. */
export function pictureOf(session: string, instance: string, port: string, digest: string, size = 256): string {
  return address(`sessions/${session}/values/picture`, { instance, port, size, digest })
}

/** Keep results up to date with runs and edits. */
export function followResults(): void {
  onClosed((session) => {
    results.deleteAll(`${session}:`)
    outdated.deleteAll(`${session}:`)
  })
  onEdited((session) => askResults(session))
  onNodeDone((session) => askResults(session))
  onRunEnded((run) => {
    if (run.session) askResults(run.session, 0)
  })
}
