/** Files dropped or pasted onto the canvas. */

import { ServerError, upload } from '../api/http'
import type { Point } from '../graph/level'
import { addInstance, freeName } from '../graph/operations'
import { t } from '../i18n/t'
import type { UploadRecord } from '../protocol'
import { openUpload } from '../stores/graphs'
import { notify } from '../stores/notices'
import { adding } from './actions'
import { editable } from './here'
import { spotAt, viewCentre } from './view'

/** Open graphs and pictures that carry one in tabs of their own; of other files, make nodes that load them. */
export async function takeFiles(files: readonly File[], position: Point = viewCentre()): Promise<void> {
  let [x, y] = position
  for (const file of files) {
    try {
      const sent = await upload<UploadRecord>(file, file.name)
      if (await carriesGraph(sent)) continue
      const type = LOADERS.find(([media]) => sent.media.startsWith(media))?.[1]
      if (type && editable(spotAt([x, y]).inside)) await addLoader(type, sent.id, [x, y], file.name)
      else notify({ kind: 'info', text: t('canvas.uploaded', { name: file.name }) })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      notify({ kind: 'error', text: t('panels.cantOpen', { name: file.name }), detail })
    }
    ;[x, y] = [x + 40, y + 40]
  }
}

const LOADERS = [['image/', 'image.load']] as const

/** Open an upload as a graph if it is one, or carries one. */
async function carriesGraph(sent: UploadRecord): Promise<boolean> {
  if (sent.media !== 'image/png' && !sent.media.includes('json')) return false
  try {
    await openUpload(sent.id)
    return true
  } catch (error) {
    // A picture without a graph is a picture; a graph that can't be read is told.
    if (sent.media === 'image/png' && error instanceof ServerError && error.status >= 400 && error.status < 500) return false
    throw error
  }
}

async function addLoader(type: string, upload: string, position: Point, title: string): Promise<void> {
  const { inside, place } = spotAt(position)
  await adding((level, at, { catalogue }) => {
    const version = catalogue.nodes.get(type)?.version ?? 1
    const name = freeName(level, type.split('.')[0] ?? 'load')
    return [addInstance(name, { type, version, params: { file: upload }, title }, place, at)]
  }, inside)
}
