/**
 * The open graphs, as the server's log has them. A document changes only by what the server says was edited:
 * the same for one's own edits, those of others, undo, and restored versions.
 */

import { create } from 'zustand'
import { ServerError, ask, get, post, remove } from '../api/http'
import type { Listener } from '../api/line'
import { loadProblems, sayProblems } from '../i18n/problems'
import { t } from '../i18n/t'
import { tellsFamily } from '../graph/families'
import { applyPatches } from '../graph/patch'
import { framesIn } from '../graph/frame'
import { instanceAt, isRecord, levelAt, within, type Path } from '../graph/level'
import type { Interface } from '../graph/ports'
import type {
  ChangeRecord,
  Choice,
  Edited,
  Graph,
  GraphSource,
  GraphStateRecord,
  JsonValue,
  Operation,
  ProblemRecord,
  SessionRecord,
} from '../protocol'
import { useCatalogue } from './catalogue'
import { client, line } from './connection'
import { notify } from './notices'
import { addPending, dropPending, leftPending } from './pending'
import { select } from './selection'

/** A graph that is open in this page. */
export interface OpenGraph {
  record: SessionRecord
  graph: Graph
  /** Number of the last edit in `graph`. */
  number: number
  /** As far as they are known: when a check of the whole graph finds others, the server says so. */
  problems: readonly ProblemRecord[]
  /** What waits to be chosen since another program changed the file; empty id = nothing. */
  choice: { id: string; conflicts: Choice['conflicts'] }
  /** Why the file lacks edits; empty when it doesn't, or will soon have them. */
  saveError: string
  /** Level that is shown. */
  at: Path
  /** Instance path → the graph that it refers to, once it was entered. */
  references: Record<Path, Graph>
  /** Level → instance → ports of what is no plain node. */
  interfaces: Record<Path, Record<string, Interface>>
}

interface Graphs {
  open: Record<string, OpenGraph>
  /** Session ids in the order of their tabs. */
  tabs: string[]
  active: string
}

export const useGraphs = create<Graphs>(() => ({ open: {}, tabs: [], active: '' }))

/** The graph that is shown, with its session's id. */
export const useActive = () => useGraphs((state) => state.open[state.active])
export const activeGraph = () => useGraphs.getState().open[useGraphs.getState().active]
export const openGraph = (id: string) => useGraphs.getState().open[id]

type Hook = (session: string, graph: OpenGraph) => void
const hooks = new Set<Hook>()

/** Hear whenever a graph was opened or edited. */
export function onEdited(hook: Hook): () => void {
  hooks.add(hook)
  return () => hooks.delete(hook)
}

type EditHook = (session: string, edited: Edited) => void
const editHooks = new Set<EditHook>()

/** Hear of each edit itself, whoever made it. */
export function onEdit(hook: EditHook): void {
  editHooks.add(hook)
}

type SnapshotHook = (session: string, state: GraphStateRecord) => void
const snapshotHooks = new Set<SnapshotHook>()

/** Hear what is told of a graph when it is opened, or after a loss of the line. */
export function onSnapshot(hook: SnapshotHook): void {
  snapshotHooks.add(hook)
}

const closeHooks = new Set<(session: string) => void>()

/** Hear whenever a graph was closed here, to forget what is known of it. */
export function onClosed(hook: (session: string) => void): void {
  closeHooks.add(hook)
}

const leaving = new Map<string, () => void>()
const TABS = 'knotwork.tabs'

/** Open a graph in a tab of its own and show it; gives the session's id. */
export async function open(source?: GraphSource): Promise<string> {
  const record = await ask<SessionRecord>('POST', 'sessions', { body: source ?? null })
  await show(record)
  return record.id
}

/** Open what was uploaded: a graph, or a picture that carries one. */
export async function openUpload(upload: string): Promise<string> {
  const record = await ask<SessionRecord>('POST', 'sessions', { query: { upload } })
  await show(record)
  return record.id
}

/** Show a session in a tab, which it may have already. */
export async function show(record: SessionRecord, activate = true): Promise<void> {
  if (!openGraph(record.id)) await enter(record.id)
  if (activate) activateTab(record.id)
}

/** Begin to listen to a session; done once its graph is here. */
function enter(id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener: Listener = {
      snapshot: (value) => {
        takeSnapshot(id, value as unknown as GraphStateRecord)
        resolve()
      },
      event: (event) => {
        if (event.type === 'edited') takeEdit(id, event)
        else if (event.type === 'checked') change(id, { problems: event.problems })
        else if (event.type === 'saved') takeSaved(id, event.name, event.seq, event.error)
        else if (event.type === 'choice') takeChoice(id, event)
      },
      lossy: (event) => presenceListeners.forEach((heard) => heard(id, event)),
      refused: (error) => {
        forget(id)
        reject(error)
      },
    }
    leaving.set(id, line.listen(`graph:${id}`, listener))
  })
}

type PresenceListener = (session: string, event: unknown) => void
const presenceListeners = new Set<PresenceListener>()

/** Hear where others are. */
export function onPresence(heard: PresenceListener): void {
  presenceListeners.add(heard)
}

function takeSnapshot(id: string, state: GraphStateRecord): void {
  const before = openGraph(id)
  const graph: OpenGraph = {
    record: state.session,
    graph: state.document as unknown as Graph,
    number: state.session.seq,
    problems: state.problems,
    choice: { id: state.choice, conflicts: state.conflicts },
    saveError: '',
    at: before?.at ?? '',
    references: before?.references ?? {},
    interfaces: before?.interfaces ?? {},
  }
  useGraphs.setState((now) => ({
    open: { ...now.open, [id]: graph },
    tabs: now.tabs.includes(id) ? now.tabs : [...now.tabs, id],
  }))
  keepTabs()
  void fetchInterfaces(id)
  snapshotHooks.forEach((hook) => hook(id, state))
  hooks.forEach((hook) => hook(id, graph))
}

function takeEdit(id: string, edited: Edited): void {
  const before = openGraph(id)
  if (!before || edited.number <= before.number) return
  let graph: Graph
  try {
    graph = applyPatches(before.graph, edited.patch)
  } catch {
    leaving.get(id)?.() // what is here and what is there have parted: begin anew from a snapshot
    void enter(id)
    return
  }
  const title = graph.title || before.record.title
  const problems = edited.problems ?? before.problems
  change(id, { graph, number: edited.number, problems, record: { ...before.record, seq: edited.number, title } })
  editHooks.forEach((hook) => hook(id, edited))
  if (edited.notice) notify({ kind: 'info', text: edited.client ? edited.notice : mergedText(before.record.name) })
  if (changesPorts(edited) || changesFamilies(id, edited)) void fetchInterfaces(id)
  const now = openGraph(id)
  if (now) hooks.forEach((hook) => hook(id, now))
}

/** What is said of an edit that nobody here made: another program made it in the file. */
const mergedText = (name: string) => t('canvas.fileMerged', { name })

/** Without conflicts the event names a choice that was settled. */
function takeChoice(id: string, { id: choice, conflicts }: Choice): void {
  change(id, { choice: { id: conflicts.length > 0 ? choice : '', conflicts } })
}

function takeSaved(id: string, name: string, seq: number, error: string): void {
  const before = openGraph(id)
  if (!before) return
  change(id, { record: { ...before.record, name, saved: error ? before.record.saved : seq }, saveError: error })
}

function change(id: string, part: Partial<OpenGraph>): void {
  useGraphs.setState((now) => {
    const before = now.open[id]
    return before ? { open: { ...now.open, [id]: { ...before, ...part } } } : now
  })
}

/** Whether an edit may give a subgraph or loop other ports, or draw one: it wrote inside of one, or put one in place. */
function changesPorts(edited: Edited): boolean {
  return edited.patch.some(({ at, writes }) =>
    writes.some((write) => {
      const [table, , field] = write.where
      if (table === 'view') return field ? DRAWS.has(field) : framing(write.old) !== framing(write.new)
      return at !== '' || (table === 'nodes' && field !== 'params')
    }),
  )
}

/** Fields of a view that say whether a graph is drawn inside its instance. */
const DRAWS: ReadonlySet<string> = new Set(['framed', 'collapsed'])

/** What a view says of whether a graph is drawn inside its instance. */
const framing = ([value]: readonly JsonValue[] = []) => (isRecord(value) ? [value['framed'], value['collapsed']].join() : '')

/** Whether an edit may name another model: `changesPorts` tells of those inside of subgraphs. */
function changesFamilies(id: string, edited: Edited): boolean {
  const open = openGraph(id)
  if (!open) return false
  const known = { catalogue: useCatalogue.getState().catalogue, interfaces: open.interfaces[''] ?? {} }
  return edited.patch.some((patch) =>
    patch.writes.some((write) => tellsFamily(open.graph, write.where, known, open.at !== '')),
  )
}

/** Session and level → number of the question that was asked last. */
const asked = new Map<string, number>()
let questions = 0

/** Learn the ports of subgraphs, references and loops that are drawn, and the families of models. */
export async function fetchInterfaces(id: string): Promise<void> {
  const open = openGraph(id)
  if (!open) return
  const level = levelAt(open.graph, open.at)
  const frames = level ? framesIn(level).map((inside) => within(open.at, inside)) : []
  await Promise.all([open.at, ...frames].map((at) => fetchLevel(id, at)))
}

async function fetchLevel(id: string, at: Path): Promise<void> {
  const [key, turn] = [`${id}:${at}`, ++questions]
  asked.set(key, turn)
  try {
    const found = await get<Record<string, Interface>>(`sessions/${id}/interfaces`, { at })
    const now = openGraph(id)
    if (asked.get(key) !== turn) return // a later question may be answered earlier
    asked.delete(key)
    if (now) change(id, { interfaces: { ...now.interfaces, [at]: found } })
  } catch {
    // A level that can't be read has problems, which are shown; its instances are drawn from their links.
  }
}

/** Show a level of a graph. What was selected on another one is not on this. */
export function enterLevel(id: string, at: Path): void {
  goTo(id, at)
  void fetchReference(id, at)
  void fetchInterfaces(id)
}

function goTo(id: string, at: Path): void {
  if (openGraph(id)?.at !== at && useGraphs.getState().active === id) select([])
  change(id, { at })
}

/** Fetch the graph that an instance refers to, if it is one that does. */
async function fetchReference(id: string, path: Path): Promise<void> {
  const open = openGraph(id)
  if (!open || !path || !instanceAt(open.graph, path)?.ref || open.references[path]) return
  try {
    const found = await get<{ document: Graph } | null>(`sessions/${id}/reference`, { instance: path })
    const now = openGraph(id)
    if (!found) leaveLevel(id, path)
    else if (now) change(id, { references: { ...now.references, [path]: found.document } })
  } catch (error) {
    tell(error)
    leaveLevel(id, path)
  }
}

/** Go out of a level that turned out not to be there. */
function leaveLevel(id: string, path: Path): void {
  if (openGraph(id)?.at === path) goTo(id, path.slice(0, Math.max(0, path.lastIndexOf('/'))))
}

/** Show the graph of a tab. What was selected in another one is not in this. */
export function activateTab(id: string): void {
  if (useGraphs.getState().active !== id) select([])
  useGraphs.setState({ active: id })
  keepTabs()
}

/** Put tabs in another order. */
export function orderTabs(tabs: string[]): void {
  useGraphs.setState({ tabs })
  keepTabs()
}

/** How many others are in a session; the store of people tells it. */
let company: (session: string) => number = () => 0

export function countCompany(count: (session: string) => number): void {
  company = count
}

/** Close a tab. The session is closed only when nobody else is in it; its graph is kept in any case. */
export async function closeTab(id: string): Promise<void> {
  const shared = company(id) > 0
  forget(id)
  if (!shared) await remove(`sessions/${id}`).catch(() => undefined)
}

function forget(id: string): void {
  leaving.get(id)?.()
  leaving.delete(id)
  if (useGraphs.getState().active === id) select([])
  useGraphs.setState((now) => {
    const open = { ...now.open }
    Reflect.deleteProperty(open, id)
    const place = now.tabs.indexOf(id)
    const tabs = now.tabs.filter((one) => one !== id)
    const active = now.active === id ? (tabs[Math.min(Math.max(place, 0), tabs.length - 1)] ?? '') : now.active
    return { open, tabs, active }
  })
  keepTabs()
  closeHooks.forEach((hook) => hook(id))
}

function keepTabs(): void {
  const { tabs, active } = useGraphs.getState()
  localStorage.setItem(TABS, JSON.stringify({ tabs, active }))
}

/** The tabs that this browser had last. */
export function keptTabs(): { tabs: string[]; active: string } {
  try {
    const kept = JSON.parse(localStorage.getItem(TABS) ?? '{}') as { tabs?: string[]; active?: string }
    return { tabs: kept.tabs ?? [], active: kept.active ?? '' }
  } catch {
    return { tabs: [], active: '' }
  }
}

/** Open the tabs of last time again, and show one once it can be drawn; gives how many there are. */
export async function restoreTabs(drawable: Promise<unknown>): Promise<number> {
  const { tabs, active } = keptTabs()
  const there = new Map((await get<SessionRecord[]>('sessions')).map((one) => [one.id, one]))
  for (const id of tabs) {
    const record = there.get(id)
    if (record) await show(record, false).catch(() => undefined)
  }
  await drawable
  const { tabs: restored } = useGraphs.getState()
  const shown = restored.includes(active) ? active : restored[0]
  if (shown) activateTab(shown)
  return restored.length
}

/** Apply operations to a graph, all or none. A refusal is told to the person; true when it was done. */
export async function edit(session: string, operations: Operation[]): Promise<boolean> {
  if (operations.length === 0) return true
  return sendEdit({ token: crypto.randomUUID(), session, operations })
}

async function sendEdit(pending: { token: string; session: string; operations: Operation[] }): Promise<boolean> {
  addPending(pending)
  try {
    await line.ask({ type: 'edit', ...pending })
    return true
  } catch (error) {
    tell(error)
    return false
  } finally {
    dropPending(pending.token)
  }
}

/** Send what a page before this one could not. */
export function resendEdits(): void {
  for (const pending of leftPending()) void sendEdit(pending)
}

export const undo = (session: string) => step('undo', session)
export const redo = (session: string) => step('redo', session)

async function step(type: 'undo' | 'redo', session: string): Promise<void> {
  try {
    const told = await line.ask<{ notice: string }>({ type, session, token: crypto.randomUUID() })
    if (told.notice) notify({ kind: 'info', text: told.notice })
  } catch (error) {
    tell(error, 'info')
  }
}

/** Write a graph's file now, under another name if one is given. */
export async function save(session: string, name = ''): Promise<boolean> {
  try {
    const record = await post<SessionRecord>(`sessions/${session}/save`, { name })
    change(session, { record, saveError: '' })
    return true
  } catch (error) {
    tell(error)
    return false
  }
}

/** Open another session that begins where this one is, or was. */
export async function branch(session: string, origin: { version?: string; seq?: number } = {}): Promise<void> {
  await show(await post<SessionRecord>(`sessions/${session}/branch`, origin))
}

/** Bring a named version back, as an edit that can be taken back. */
export async function restoreVersion(session: string, version: string): Promise<void> {
  const author = { client, token: crypto.randomUUID() }
  await post<ChangeRecord>(`sessions/${session}/versions/${version}/restore`, author)
}

/** Choose between what was edited here and what another program wrote into the file. */
export async function resolveChoice(session: string, choice: string, sides: ('ours' | 'theirs' | 'base')[]): Promise<void> {
  await post(`sessions/${session}/resolve`, { client, token: crypto.randomUUID(), choice, sides })
}

/** Tell a person that something was refused; of several problems the first, the panel lists them all. */
export function tell(error: unknown, kind: 'error' | 'info' = 'error'): void {
  const problems = error instanceof ServerError ? error.problems : []
  const load = problems.length > 0 ? loadProblems() : undefined
  if (load) void load.catch(() => undefined).then(() => tellNow(error, problems, kind))
  else tellNow(error, problems, kind)
}

function tellNow(error: unknown, problems: readonly ProblemRecord[], kind: 'error' | 'info'): void {
  const said = sayProblems(problems)
  const [first] = said
  const more = problems.length > 1
  if (first && (more || said !== problems)) {
    const place = [first.instance, first.port].filter(Boolean).join('.')
    const { expected, got, cure } = first
    const text = `${place ? `${place}: ` : ''}${t('left.problem', { expected, got, cure })}`
    notify({ kind: more ? 'error' : kind, text, ...(more ? { detail: t('canvas.moreProblems', { n: problems.length - 1 }) } : {}) })
    return
  }
  const text = error instanceof Error ? error.message : String(error)
  notify({ kind: error instanceof ServerError ? kind : 'error', text })
}
