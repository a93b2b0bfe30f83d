/** What a canvas keeps of what is drawn on it when the view is shifted. */

import type { Look } from './paint'
import type { Rect } from './area'

/** Whole pixels between two looks, if most of what was seen still is, in the same size. */
export function shiftBetween(from: Look | null, to: Look, width: number, height: number): [number, number] | null {
  if (from?.zoom !== to.zoom) return null
  const dx = Math.round(to.x - from.x)
  const dy = Math.round(to.y - from.y)
  return Math.abs(dx) < width / 2 && Math.abs(dy) < height / 2 ? [dx, dy] : null
}

/** The parts of a canvas that nothing lies on after its content was shifted. */
export function uncovered(dx: number, dy: number, width: number, height: number): Rect[] {
  const parts: Rect[] = []
  if (dx !== 0) parts.push([dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height])
  if (dy !== 0) parts.push([0, dy > 0 ? 0 : height + dy, width, Math.abs(dy)])
  return parts
}
