/** Series over the turns of a loop: smoothed, scaled together, read out. */

import type { CurvesRecord } from '../protocol'
import type { Sample } from './plot'

/** Colours and dashes that series are told apart by; more series begin anew. */
export const STYLES = 6

export interface Curve {
  readonly name: string
  /** Which of the styles it is drawn in; the same whichever others are hidden. */
  readonly style: number
  readonly samples: readonly Sample[]
}

/**
 * The series in the order of their names, without the gaps.
 *
 * @param smoothing From 0 to below 1: how much each point keeps of those before it.
 */
export function curvesOf({ turns, series }: CurvesRecord, smoothing = 0): Curve[] {
  return Object.entries(series).map(([name, values], place) => ({
    name,
    style: place % STYLES,
    samples: smoothed(
      values.flatMap((y, i): Sample[] => (y === null ? [] : [{ x: turns[i] ?? i + 1, y }])),
      smoothing,
    ),
  }))
}

/** An exponential moving mean in which the first points don't weigh more than the later ones. */
export function smoothed(samples: readonly Sample[], smoothing: number): readonly Sample[] {
  if (smoothing <= 0) return samples
  let [sum, weight] = [0, 0]
  return samples.map(({ x, y }) => {
    sum = smoothing * sum + (1 - smoothing) * y
    weight = smoothing * weight + (1 - smoothing)
    return { x, y: sum / weight }
  })
}

/** Whether all points can stand on a logarithmic scale. */
export const canBeLog = (curves: readonly Curve[]) =>
  curves.some(({ samples }) => samples.length > 0) && curves.every(({ samples }) => samples.every(({ y }) => y > 0))

/** The turns that any of the series has a point at, in order. */
export function turnsOf(curves: readonly Curve[]): number[] {
  return [...new Set(curves.flatMap(({ samples }) => samples.map(({ x }) => x)))].sort((a, b) => a - b)
}

/** What each series has at a turn. */
export function readAt(curves: readonly Curve[], turn: number): { name: string; style: number; y: number }[] {
  return curves.flatMap(({ name, style, samples }) => {
    const found = samples.find(({ x }) => x === turn)
    return found ? [{ name, style, y: found.y }] : []
  })
}

/** The number in a sorted list that lies nearest. */
export function nearest(sorted: readonly number[], value: number): number | undefined {
  return sorted.reduce<number | undefined>(
    (best, one) => (best === undefined || Math.abs(one - value) < Math.abs(best - value) ? one : best),
    undefined,
  )
}

/** Numbers a loop has collected for nothing to be drawn of. */
export const isEmpty = ({ turns, series }: CurvesRecord) => turns.length === 0 || Object.keys(series).length === 0
