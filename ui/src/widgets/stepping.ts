/** How numbers move: steps, the grid they lie on, and the way to text and back. */

import type { Bounds } from './schema'

/** Steps between two bounds up to which a slider can reach each of them. */
const SLIDER_STEPS = 256

/** What one press of an arrow key adds. */
export function stepOf(bounds: Bounds, typical: number): number {
  if (bounds.multiple !== undefined) return bounds.multiple
  if (bounds.whole) return 1
  const byValue = typical === 0 ? Infinity : Number(`1e${Math.floor(Math.log10(Math.abs(typical))) - 1}`)
  const range = span(bounds)
  if (range === undefined) return Math.min(Math.max(byValue, 1e-6), 1)
  const byRange = niceBelow(range / 100)
  return typical === 0 ? byRange : Math.min(byRange, Math.max(byValue, 1e-9))
}

/** Whether a slider is of use: both bounds are known, and a hand can tell the steps between them apart. */
export function hasSlider(bounds: Bounds, step: number): boolean {
  const range = span(bounds)
  return range !== undefined && range / step <= SLIDER_STEPS + 1e-9
}

/** The nearest number that is allowed, on the grid of `multiple` or of whole numbers if there is one. */
export function nearest(bounds: Bounds, value: number): number {
  const grid = gridOf(bounds)
  const low = lowest(bounds)
  const high = highest(bounds)
  const snapped = grid === undefined ? value : clean(Math.round(value / grid) * grid)
  if (snapped < low) return grid === undefined ? low : clean(Math.ceil(low / grid - 1e-9) * grid)
  if (snapped > high) return grid === undefined ? high : clean(Math.floor(high / grid + 1e-9) * grid)
  return snapped
}

/** The value some steps on, kept within the bounds and free of the dust of binary fractions. */
export function stepped(bounds: Bounds, value: number, step: number, count: number): number {
  return nearest(bounds, clean(value + step * count))
}

/** Where a value lies between the bounds, 0 to 1; null when it has no place there. */
export function place(bounds: Bounds, value: number): number | null {
  const range = span(bounds)
  if (range === undefined || range <= 0 || !Number.isFinite(value)) return null
  return Math.min(1, Math.max(0, (value - (bounds.min ?? 0)) / range))
}

/** A number without the dust of binary fractions: 0.1 + 0.2 is 0.3. */
export function clean(value: number): number {
  return Number.isSafeInteger(value) ? value : Number(value.toPrecision(12))
}

function span({ min, max }: Bounds): number | undefined {
  return min === undefined || max === undefined ? undefined : max - min
}

function gridOf({ multiple, whole }: Bounds): number | undefined {
  return multiple ?? (whole ? 1 : undefined)
}

function lowest(bounds: Bounds): number {
  if (bounds.min === undefined) return -Infinity
  return bounds.aboveMin ? bounds.min + inset(bounds) : bounds.min
}

function highest(bounds: Bounds): number {
  if (bounds.max === undefined) return Infinity
  return bounds.belowMax ? bounds.max - inset(bounds) : bounds.max
}

/** How far from a bound that is excluded itself the first usable number is. */
function inset(bounds: Bounds): number {
  return gridOf(bounds) ?? (span(bounds) ?? 1) / 1000
}

function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const digit = value / power
  return clean(power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1))
}
