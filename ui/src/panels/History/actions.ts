/** What can be done with a run that was. */

import { address, get } from '../../api/http'
import { t } from '../../i18n/t'
import type { ArtifactRecord, Graph, GraphStateRecord, JsonValue, RunRecord } from '../../protocol'
import { edit, open, openGraph, tell, useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { deleteRun, submit } from '../../stores/runs'
import { fileNameOf } from '../Gallery/pictures'
import { useComparing } from './comparing'
import { forgetRuns, hideRuns, showRuns } from './pages'
import { patchBetween, valueOperations } from './restore'

/** The graph of a run, with its values. */
export const runGraph = (run: string) => get<Graph>(`runs/${run}/graph`)

const asDocument = (graph: Graph) => graph as unknown as { [k: string]: JsonValue }

/** Open the graph of a run in a tab of its own. */
export async function openRun(run: RunRecord): Promise<void> {
  await open({ document: asDocument(await runGraph(run.id)) }).catch(tell)
}

/** Make the shown graph what it was in a run, as an edit. */
export async function restoreRun(run: RunRecord): Promise<void> {
  const session = useGraphs.getState().active
  try {
    const then = await runGraph(run.id)
    const now = openGraph(session)?.graph
    if (!now) return
    const patch = patchBetween(now, then)
    if (!patch) notify({ kind: 'info', text: t('panels.restoreSame') })
    else if (await edit(session, [patch])) notify({ kind: 'good', text: t('panels.restored') })
  } catch (error) {
    tell(error)
  }
}

/** Give the shown graph the values of a run, as an edit. */
export async function restoreValues(run: RunRecord): Promise<void> {
  const session = useGraphs.getState().active
  try {
    const then = await runGraph(run.id)
    const now = openGraph(session)?.graph
    if (!now) return
    const operations = valueOperations(now, run.values, then)
    if (operations.length === 0) notify({ kind: 'info', text: t('panels.restoreSame') })
    else if (await edit(session, operations)) notify({ kind: 'good', text: t('panels.restoredValues') })
  } catch (error) {
    tell(error)
  }
}

/** Run the same again: from its open graph if that still means the same, else from what was kept. */
export async function runAgain(run: RunRecord): Promise<void> {
  const { outputs, forced, title } = run
  try {
    if (run.session && openGraph(run.session)) {
      const state = await get<GraphStateRecord>(`sessions/${run.session}`)
      if (state.session.digest === run.graph) {
        await submit(run.session, { values: run.values, outputs, forced, title })
        return
      }
    }
    const document = asDocument(await runGraph(run.id))
    // What was run is no longer what is open, yet it belongs there
    const session = openGraph(run.session) ? run.session : ''
    await submit('', { graph: { document }, outputs, forced, title, session })
  } catch (error) {
    tell(error)
  }
}

/** Fetch a run as one archive. */
export function exportRun(run: RunRecord): void {
  download(address(`runs/${run.id}/export`), `run-${run.id}.zip`)
}

/** Have the browser save what stands under an address. */
export function download(href: string, name: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
}

/** Have the browser save what a run gave. */
export function downloadArtifact(run: RunRecord, artifact: ArtifactRecord): void {
  const name = fileNameOf(run, artifact)
  download(address(`artifacts/${artifact.digest}`, { name }), name)
}

/** Have the browser save bytes. */
export function downloadBlob(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob)
  download(href, name)
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

/** The card of the list that is beside a run's: where the keyboard goes on when that is gone. */
function neighbour(run = ''): HTMLElement | null {
  const card = document.getElementById(`run-${run}`)?.closest('article')
  const beside = card?.nextElementSibling ?? card?.previousElementSibling
  return beside instanceof HTMLElement && beside.matches('article') ? beside : null
}

const UNDO_MS = 8000

/** Delete runs once the time to think again is over; until then they are only out of sight. */
export function deleteRuns(runs: readonly RunRecord[]): void {
  const ids = runs.map((run) => run.id)
  const next = neighbour(ids[0])
  hideRuns(ids)
  useComparing.setState(({ run }) => ({ run: run && ids.includes(run.id) ? null : run }))
  requestAnimationFrame(() => next?.focus())
  const timer = setTimeout(() => void Promise.all(ids.map(deleteRun)).then(() => forgetRuns(ids)), UNDO_MS)
  const undo = () => {
    clearTimeout(timer)
    showRuns(ids)
  }
  const text = t('panels.runsDeleted', { n: runs.length })
  notify({ kind: 'info', text, stay: UNDO_MS - 500, action: { label: t('panels.undo'), run: undo } })
}
