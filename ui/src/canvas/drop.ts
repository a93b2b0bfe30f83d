/** Files dropped or pasted onto the canvas. */

import { ServerError, upload } from '../api/http'
import { parent, type Point } from '../graph/level'
import { filePort, loaderOf } from '../graph/loading'
import { addInstance, freeName, setParam, setTitle } from '../graph/operations'
import { t } from '../i18n/t'
import { freePlace } from '../panels/AddNode/addition'
import type { UploadRecord } from '../protocol'
import { useCatalogue } from '../stores/catalogue'
import { openUpload } from '../stores/graphs'
import { notify } from '../stores/notices'
import { adding } from './actions'
import { editAround, editable } from './here'
import { isCard } from './nodes'
import { meantPlace, nodeNamed, spotAt } from './view'

/**
 * Open graphs and pictures that carry one in tabs of their own; of other files, make nodes that load them.
 *
 * @param card Id of a card that the files were let go on: one that takes such a file is given the first of them.
 */
export async function takeFiles(files: readonly File[], position: Point = meantPlace(), card = ''): Promise<void> {
  let [x, y] = position
  let onto = card
  for (const file of files) {
    try {
      const sent = await upload<UploadRecord>(file, file.name)
      if (give(onto, sent.id, file.name)) {
        onto = ''
        continue
      }
      if (await carriesGraph(sent, file)) continue
      if (!(await addLoader(sent.id, [x, y], file.name))) notify({ kind: 'info', text: t('canvas.uploaded', { name: file.name }) })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      notify({ kind: 'error', text: t('panels.cantOpen', { name: file.name }), detail })
    }
    ;[x, y] = [x + 40, y + 40]
  }
}

/** Let a card load another file, if it takes such files. One that is called by its file is called by that one, then. */
function give(card: string, file: string, title: string): boolean {
  const node = card ? nodeNamed(card) : undefined
  const port = node && isCard(node) ? filePort(node.data.face.inputs, file) : null
  if (!node || !isCard(node) || port === null || !editable(parent(card))) return false
  const { face, instance } = node.data
  const named = filePort(face.inputs, instance.title ?? '') === port
  void editAround(card, (level, name, at) => [
    ...setParam(level, name, port, file, at),
    ...(named ? setTitle(name, title, at) : []),
  ])
  return true
}

/** What the server and the editor mark graphs in pictures with. */
const MARK = 'knotwork'

/** Open an upload as a graph if it is one, or carries one. */
async function carriesGraph(sent: UploadRecord, file: File): Promise<boolean> {
  const picture = sent.media === 'image/png'
  if (!picture && !sent.media.includes('json')) return false
  if (picture && !new TextDecoder('latin1').decode(await file.arrayBuffer()).includes(MARK)) return false
  try {
    await openUpload(sent.id)
    return true
  } catch (error) {
    // A picture without a graph is a picture; a graph that can't be read is told.
    if (picture && error instanceof ServerError && error.status >= 400 && error.status < 500) return false
    throw error
  }
}

/** Add the node that loads such a file; whether there is one. */
async function addLoader(upload: string, position: Point, title: string): Promise<boolean> {
  const found = loaderOf(useCatalogue.getState().catalogue, upload)
  const { inside, place } = spotAt(position)
  if (!found || !editable(inside)) return false
  const { node, port } = found
  await adding((level, at) => {
    const name = freeName(level, node.id.split('.')[0] ?? 'load')
    const instance = { type: node.id, version: node.version, params: { [port]: upload }, title }
    return [addInstance(name, instance, freePlace(level, place), at)]
  }, inside)
  return true
}
