/** Small pictures of what nodes gave, for the view from far: as large as they are drawn, a few at a time. */

import { examples, pictureOfExample, type Example } from '../stores/examples'
import { outdated, pictureOf, pictured, results, type Result } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { inMotion, whenStill } from './motion'

/** Pixels of a side. */
const SIDES = [32, 64, 128] as const
/** Pictures that are asked for at once. */
const LANES = 4
/** Pixels kept of all pictures together. */
const MOST = 16e6

interface Thumb {
  bitmap: ImageBitmap | null
  /** Side that was asked for last; 0 for none. */
  side: number
  /** The paint that it was drawn in last. */
  seen: number
  address: ((side: number) => string) | null
}

/** What is stored of an instance, or its example → its picture; another result is another object. */
const thumbs = new WeakMap<object, Thumb>()
const held = new Set<Thumb>()
let pixels = 0
let paints = 0
let loading = 0
let wanted = new Map<Thumb, () => void>()

type Shown = Record<string, Result> | Example

const isExample = (shown: Shown): shown is Example => typeof shown['former'] === 'boolean'

/** What is shown of an instance: what is stored, else its example, else what was stored or shown before an edit. */
function shownOf(key: string): Shown | undefined {
  const example = examples.get(key)
  return results.get(key) ?? (example?.former === false ? example : (outdated.get(key) ?? example))
}

/** Which picture is shown of an instance, if it is not that of its result. */
export function insteadOf(session: string, instance: string): 'example' | 'former' | '' {
  const key = nodeKey(session, instance)
  if (results.get(key)) return ''
  return examples.get(key)?.former === false ? 'example' : 'former'
}

/** Say that all is drawn anew: pictures that were asked for before need not be fetched. */
export function beginPaint(): void {
  paints++
  wanted = new Map()
}

/** The picture of an instance if it is here; else it is fetched, and `ready` is called. */
export function bitmapOf(session: string, instance: string, size: number, ready: () => void): ImageBitmap | undefined {
  const shown = shownOf(nodeKey(session, instance))
  if (!shown) return undefined
  let thumb = thumbs.get(shown)
  if (!thumb) thumbs.set(shown, (thumb = thumbOf(addressesOf(session, instance, shown))))
  if (!thumb.address) return undefined
  thumb.seen = paints
  const side = SIDES.find((one) => one >= size) ?? 128
  if (side > thumb.side) {
    const { address } = thumb
    const one = thumb
    wanted.set(thumb, () => void load(one, side, address(side), ready))
    pump()
  }
  return thumb.bitmap ?? undefined
}

const thumbOf = (address: Thumb['address']): Thumb => ({ bitmap: null, side: 0, seen: 0, address })

/** Where its picture is, by the side that is asked for. */
function addressesOf(session: string, instance: string, shown: Shown): Thumb['address'] {
  if (isExample(shown)) return () => pictureOfExample(shown)
  const found = pictured(shown)
  return found && ((side) => pictureOf(session, instance, found.port, found.result.digest, side))
}

/** Fetch what is wanted, unless the view moves: then nothing else may take its time. */
function pump(): void {
  if (inMotion()) {
    whenStill(pump)
    return
  }
  for (const [thumb, begin] of wanted) {
    if (loading >= LANES) return
    wanted.delete(thumb)
    begin()
  }
}

async function load(thumb: Thumb, side: number, url: string, ready: () => void): Promise<void> {
  thumb.side = side
  loading++
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(response.statusText)
    keep(thumb, await createImageBitmap(await response.blob()))
    ready()
  } catch {
    // It stays without a picture until it gives another.
  } finally {
    loading--
    pump()
  }
}

function keep(thumb: Thumb, bitmap: ImageBitmap): void {
  drop(thumb)
  thumb.bitmap = bitmap
  held.add(thumb)
  pixels += bitmap.width * bitmap.height
  for (const one of held) {
    if (pixels <= MOST) return
    if (one.seen === paints) continue
    drop(one)
    one.side = 0
  }
}

function drop(thumb: Thumb): void {
  if (!thumb.bitmap) return
  held.delete(thumb)
  pixels -= thumb.bitmap.width * thumb.bitmap.height
  thumb.bitmap.close()
  thumb.bitmap = null
}
