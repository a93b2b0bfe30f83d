/** Small pictures of what nodes gave, for the view from far and the map. */

import { pictureOf, pictured, results } from '../stores/results'
import { nodeKey } from '../stores/runs'

const SIDE = 128
const MOST = 600
const bitmaps = new Map<string, ImageBitmap | 'loading' | 'failed'>()

/** The picture of an instance if it is here; else it is fetched, and `ready` is called. */
export function bitmapOf(session: string, instance: string, ready: () => void): ImageBitmap | undefined {
  const found = pictured(results.get(nodeKey(session, instance)))
  if (!found) return undefined
  const url = pictureOf(session, instance, found.port, found.result.digest, SIDE)
  const known = bitmaps.get(url)
  if (known === undefined) void fetchBitmap(url, ready)
  return typeof known === 'object' ? known : undefined
}

async function fetchBitmap(url: string, ready: () => void): Promise<void> {
  if (bitmaps.size >= MOST) forgetOldest()
  bitmaps.set(url, 'loading')
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(response.statusText)
    bitmaps.set(url, await createImageBitmap(await response.blob()))
    ready()
  } catch {
    bitmaps.set(url, 'failed')
  }
}

function forgetOldest(): void {
  for (const [url, bitmap] of bitmaps) {
    if (bitmap === 'loading') continue
    if (typeof bitmap === 'object') bitmap.close()
    bitmaps.delete(url)
    return
  }
}
