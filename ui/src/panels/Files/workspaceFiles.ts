/** Renaming and removing files of the workspace: what is open goes along, and nothing is lost for good. */

import { send } from '../../api/http'
import { t } from '../../i18n/t'
import type { GraphRecord } from '../../protocol'
import { ask, prompt } from '../../shell/ask'
import { closeTab, save, tell, useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { checkName, openFile, withEnding } from './actions'
import { noteRecent } from './recent'

/** A file as it was read. */
interface Content {
  text: string
  /** Names its bytes: it is only replaced or removed while it has them. */
  etag: string
}

const pathOf = (name: string) => `graphs/${name.split('/').map(encodeURIComponent).join('/')}`

async function read(name: string): Promise<Content> {
  const response = await send('GET', pathOf(name))
  return { text: await response.text(), etag: response.headers.get('etag') ?? '' }
}

const write = (name: string, { text }: Content) => send('PUT', pathOf(name), { text })
const unlink = (name: string, { etag }: Content) => send('DELETE', pathOf(name), { headers: { 'if-match': etag } })

/** The session that has a file open in this page; empty if none has. */
function sessionOf(name: string): string {
  const { open } = useGraphs.getState()
  return Object.keys(open).find((id) => open[id]?.record.name === name) ?? ''
}

/** Ask for another name and give it to a file; whether it has it. */
export async function renameFile(name: string, files: readonly GraphRecord[]): Promise<boolean> {
  const taken = new Set(files.map((file) => file.name))
  const wanted = await prompt({
    title: t('panels.renameFile'),
    label: t('panels.fileName'),
    value: name.replace(/\.json$/i, ''),
    action: t('panels.rename'),
    check: (value) => (withEnding(value.trim()) === name ? null : checkName(value, taken)),
  })
  if (!wanted || withEnding(wanted) === name) return false
  try {
    await move(name, withEnding(wanted))
    noteRecent(withEnding(wanted))
    return true
  } catch (error) {
    tell(error)
    return false
  }
}

/** The new file is whole before the old one goes. */
async function move(name: string, to: string): Promise<void> {
  const session = sessionOf(name)
  if (session && !(await save(session))) return
  const content = await read(name)
  if (!session) await write(to, content)
  else if (!(await save(session, to))) return
  await unlink(name, content)
}

/** Remove a file once it is confirmed; whether it is gone. It can be brought back for as long as the notice stays. */
export async function removeFile({ name, title }: GraphRecord): Promise<boolean> {
  const choice = await ask({
    title: t('panels.removeFileTitle', { name }),
    text: t('panels.removeFileText'),
    actions: [{ id: 'remove', label: t('panels.removeFile'), kind: 'danger' }],
  })
  if (choice !== 'remove') return false
  try {
    const session = sessionOf(name)
    if (session && !(await save(session))) return false
    const content = await read(name)
    if (session) await closeTab(session)
    await unlink(name, content)
    const undo = () => void write(name, content).then(() => (session ? openFile(name) : undefined), tell)
    const text = t('panels.fileRemoved', { name: title || name })
    notify({ kind: 'info', text, stay: 20_000, action: { label: t('panels.undo'), run: undo } })
    return true
  } catch (error) {
    tell(error)
    return false
  }
}
