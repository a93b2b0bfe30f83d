/** Which link's value is shown beside it, and the walk along the links of a node. */

import { create } from 'zustand'
import type { LinkView } from '../graph/links'
import type { Point } from '../graph/level'

interface Peek {
  /** Id of the link; empty for none. */
  readonly link: string
  /** Place of the page beside which it is shown; null for the middle of the link. */
  readonly at: Readonly<Point> | null
}

export const usePeek = create<Peek>(() => ({ link: '', at: null }))

export function peekAt(link: string, at: Readonly<Point> | null = null): void {
  usePeek.setState({ link, at })
}

/** The links of a node as they are walked: those into it in the order of its ports, then those out of it. */
export function linksAround(links: readonly LinkView[], name: string): LinkView[] {
  return [...links.filter(({ target }) => target.name === name), ...links.filter(({ source, target }) => source.name === name && target.name !== name)]
}

/** The link after or before one, around the end; without one the first or last. */
export function nextLink(links: readonly LinkView[], now: string, by: 1 | -1): LinkView | undefined {
  const at = links.findIndex(({ id }) => id === now)
  if (at < 0) return by > 0 ? links[0] : links.at(-1)
  return links[(at + by + links.length) % links.length]
}

const GAP = 14

/** Where a box goes beside a point so that all of it is seen: below it on its right if there is room, else above or on its left. */
export function placeBeside([x, y]: Readonly<Point>, [width, height]: Readonly<Point>, [right, bottom]: Readonly<Point>): Point {
  const across = x + GAP + width <= right ? x + GAP : x - GAP - width
  const down = y + GAP + height <= bottom ? y + GAP : y - GAP - height
  return [clamp(across, right - width), clamp(down, bottom - height)]
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}
