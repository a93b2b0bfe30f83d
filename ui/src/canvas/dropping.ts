/** What is let go on the canvas: a node of the library, a model, or files. */

import type { DragEvent } from 'react'
import { toGraph } from './view'

export const NODE_MIME = 'application/x-knotwork-node'
export const MODEL_MIME = 'application/x-knotwork-model'

export async function dropOnto(event: DragEvent<HTMLElement>): Promise<void> {
  event.preventDefault()
  const { clientX, clientY, dataTransfer, target } = event
  const position = toGraph(clientX, clientY)
  const type = dataTransfer.getData(NODE_MIME)
  const model = dataTransfer.getData(MODEL_MIME)
  const files = [...dataTransfer.files] // they are gone once this returns
  const card = target instanceof Element ? (target.closest<HTMLElement>('[data-node]')?.dataset['node'] ?? '') : ''
  if (type) await (await import('./actions')).addNodeAt(type, position)
  else if (model) await (await import('../panels/Models/actions')).dropModel(model, position, card)
  else await (await import('./drop')).takeFiles(files, position, card)
}
