/** A graph as a file to take away: JSON, or a picture that carries it. */

import { address, get } from '../../api/http'
import type { GraphStateRecord, RunRecord } from '../../protocol'
import { openGraph, tell } from '../../stores/graphs'
import { useRuns } from '../../stores/runs'
import { isImage } from '../Gallery/pictures'
import { downloadBlob } from '../History/actions'
import { withoutText, withText } from './png'
import { drawSketch, toPng } from './sketch'

/** A name for a file out of a graph's title. */
export function fileStem(title: string): string {
  return (
    title
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_+|_+$/g, '')
      .toLowerCase() || 'graph'
  )
}

/** The graph as the server has it, as the text of a file. */
async function textOfGraph(session: string): Promise<string> {
  const { document } = await get<GraphStateRecord>(`sessions/${session}`)
  return `${JSON.stringify(document, null, 1)}\n`
}

/** Save a graph as a JSON file. */
export async function exportJson(session: string): Promise<void> {
  try {
    const blob = new Blob([await textOfGraph(session)], { type: 'application/json' })
    downloadBlob(blob, `${fileStem(openGraph(session)?.record.title ?? '')}.json`)
  } catch (error) {
    tell(error)
  }
}

/**
 * Save the graph's latest picture.
 *
 * Args:
 *   carrying: Whether the graph is in it: dropped into the page, such a picture opens as the graph.
 */
export async function exportPng(session: string, carrying = true): Promise<void> {
  const open = openGraph(session)
  if (!open) return
  try {
    const digest = await latestPicture(session)
    const picture = digest ? await fetched(digest) : await drawSketch(open.graph)
    const bytes = new Uint8Array(await picture.arrayBuffer())
    const png = carrying ? withText(bytes, await textOfGraph(session)) : withoutText(bytes)
    downloadBlob(new Blob([png], { type: 'image/png' }), `${fileStem(open.record.title)}.png`)
  } catch (error) {
    tell(error)
  }
}

async function latestPicture(session: string): Promise<string> {
  const shown = useRuns.getState().shown[session]?.record
  const runs = [
    ...(shown ? [shown] : []),
    ...(await get<RunRecord[]>('runs', { session, state: 'done', limit: 10 })),
  ]
  return runs.flatMap((run) => run.artifacts).find(isImage)?.digest ?? ''
}

/** A picture of whatever kind, as a PNG file. */
async function fetched(digest: string): Promise<Blob> {
  const response = await fetch(address(`artifacts/${digest}`))
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  const blob = await response.blob()
  if (blob.type === 'image/png') return blob
  const bitmap = await createImageBitmap(blob)
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return toPng(canvas)
}
