/** Opening, saving and closing graphs. */

import { get, upload } from '../../api/http'
import { t } from '../../i18n/t'
import type { GraphRecord, UploadRecord } from '../../protocol'
import { ask, prompt } from '../../shell/ask'
import {
  branch,
  closeTab,
  edit,
  open,
  openGraph,
  openUpload,
  save,
  tell,
  type OpenGraph,
} from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { fileStem } from './export'
import { noteRecent } from './recent'

/** Open an empty graph. */
export async function newGraph(): Promise<void> {
  await open().catch(tell)
}

/** Open a file of the workspace, or a template; whether that was done. */
export async function openFile(name: string): Promise<boolean> {
  try {
    await open({ name })
    noteRecent(name)
    return true
  } catch (error) {
    tell(error)
    return false
  }
}

/** Open files from this machine: graphs, and pictures that carry one. Gives how many were opened. */
export async function openFiles(files: readonly File[]): Promise<number> {
  let opened = 0
  for (const file of files) {
    try {
      const { id } = await upload<UploadRecord>(file, file.name)
      await openUpload(id)
      opened++
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      notify({ kind: 'error', text: t('panels.cantOpen', { name: file.name }), detail })
    }
  }
  return opened
}

/** Write the file now; a graph that has none is given one. */
export async function saveGraph(session: string): Promise<boolean> {
  const graph = openGraph(session)
  if (!graph) return false
  if (!graph.record.name) return saveAs(session)
  const done = await save(session)
  if (done) notify({ kind: 'good', text: t('panels.saved', { name: graph.record.name }) })
  return done
}

/** Write the graph to a new file, which is its own from then on. */
export async function saveAs(session: string): Promise<boolean> {
  const graph = openGraph(session)
  if (!graph) return false
  const taken = new Set((await get<GraphRecord[]>('graphs').catch(() => [])).map((file) => file.name))
  const name = await prompt({
    title: t('panels.saveAs'),
    text: t('panels.saveAsText'),
    label: t('panels.fileName'),
    value: graph.record.name
      ? `${graph.record.name.replace(/\.json$/, '')}_2`
      : fileStem(graph.graph.title ?? ''),
    action: t('panels.save'),
    check: (value) => checkName(value, taken),
  })
  if (!name || !(await save(session, withEnding(name)))) return false
  notify({ kind: 'good', text: t('panels.saved', { name: withEnding(name) }) })
  noteRecent(withEnding(name))
  return true
}

export const withEnding = (name: string) => (/\.json$/i.test(name) ? name : `${name}.json`)

/** What is wrong with a name for a new file, if anything is. */
export function checkName(value: string, taken: ReadonlySet<string>): string | null {
  if (!value.trim()) return t('panels.nameNeeded')
  const name = withEnding(value.trim())
  return taken.has(name) || taken.has(name.replace(/\.json$/i, '')) ? t('panels.nameTaken', { name }) : null
}

/** Give the graph another title. */
export async function renameGraph(session: string): Promise<void> {
  const graph = openGraph(session)
  if (!graph) return
  const title = await prompt({
    title: t('panels.rename'),
    label: t('panels.graphTitle'),
    value: graph.graph.title || graph.record.title,
    action: t('panels.rename'),
  })
  if (title !== null && title !== graph.graph.title)
    await edit(session, [{ op: 'describe', fields: { title } }])
}

/** Open another graph that begins as this one is. */
export async function duplicateGraph(session: string): Promise<void> {
  await branch(session).catch(tell)
}

/** Close a graph; asks first when no file has all of it. */
export async function closeGraph(session: string): Promise<void> {
  const graph = openGraph(session)
  if (!graph) return
  if ((await isKept(graph)) || (await mayClose(graph))) await closeTab(session)
}

/** Whether a file has all of a graph, once it is written, or there is nothing to keep. */
async function isKept({ record, number, saveError, graph }: OpenGraph): Promise<boolean> {
  if (!record.name) return Object.keys(graph.nodes ?? {}).length === 0
  if (saveError) return false
  return record.saved >= number || save(record.id)
}

async function mayClose({ record, saveError }: OpenGraph): Promise<boolean> {
  const choice = await ask({
    title: t('panels.closeTitle', { title: record.title || t('panels.untitled') }),
    text: saveError ? `${t('panels.closeFailed')} ${saveError}` : t('panels.closeText'),
    actions: [
      { id: 'drop', label: t('panels.closeWithout'), kind: 'danger' },
      { id: 'save', label: t('panels.saveAs'), kind: 'primary' },
    ],
  })
  return choice === 'drop' || (choice === 'save' && saveAs(record.id))
}
