/** What is dropped onto the canvas. */

import type { DragEvent } from 'react'
import { toGraph } from './view'

export const NODE_MIME = 'application/x-knotwork-node'

export async function dropOnto(event: DragEvent<HTMLElement>): Promise<void> {
  event.preventDefault()
  const position = toGraph(event.clientX, event.clientY)
  const type = event.dataTransfer.getData(NODE_MIME)
  const files = [...event.dataTransfer.files] // they are gone once this returns
  if (type) await (await import('./actions')).addNodeAt(type, position)
  else await (await import('./drop')).takeFiles(files, position)
}
