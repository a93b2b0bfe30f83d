/** Line charts: series, scales and ticks. */

import type { JsonValue } from '../protocol'

export interface Sample {
  readonly x: number
  readonly y: number
}

/** Points in order of x; what is no point, or is not finite, is left out. */
export function readSeries(value: JsonValue | undefined): Sample[] {
  if (!Array.isArray(value)) return []
  const samples = value.map((item, i) => readSample(item, i)).filter((sample) => sample !== null)
  return samples.sort((a, b) => a.x - b.x)
}

function readSample(item: JsonValue, index: number): Sample | null {
  const [x, y] = coordinates(item, index)
  return typeof x === 'number' && typeof y === 'number' && Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null
}

function coordinates(item: JsonValue, index: number): [JsonValue | undefined, JsonValue | undefined] {
  if (Array.isArray(item)) return [item[0], item[1]]
  if (typeof item === 'object' && item !== null) return [item.x, item.y]
  return [index, item]
}

/** Numbers to places along an axis. */
export interface Scale {
  readonly from: number
  readonly to: number
  /** Pixels that `from` and `to` lie at. */
  readonly start: number
  readonly end: number
  /** Whether equal factors are equally far apart. */
  readonly log: boolean
}

/** A scale over some numbers, with its ends on round numbers if it isn't logarithmic. */
export function scaleOf(values: readonly number[], start: number, end: number, options: { log?: boolean; round?: boolean } = {}): Scale {
  const { log = false, round = false } = options
  const low = values.length === 0 ? 0 : least(values)
  const high = values.length === 0 ? 1 : -least(values.map((value) => -value))
  if (log && low > 0) return { ...opened(low, high, (value) => [value / 2, value * 2]), start, end, log: true }
  const { from, to } = opened(low, high, (value) => [value - 0.5, value + 0.5])
  if (!round) return { from, to, start, end, log: false }
  const step = niceStep((to - from) / 4)
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step, start, end, log: false }
}

function opened(low: number, high: number, around: (value: number) => [number, number]): { from: number; to: number } {
  if (low < high) return { from: low, to: high }
  const [from, to] = around(low)
  return { from, to }
}

/** Math.min over any number of values: spreading a million of them overflows the stack. */
function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity)
}

/** Where a number lies. */
export function at({ from, to, start, end, log }: Scale, value: number): number {
  const part = log
    ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from))
    : (value - from) / (to - from)
  return start + part * (end - start)
}

/** Round numbers of a scale, about as many as asked for. */
export function ticks(scale: Scale, count = 5): number[] {
  const { from, to, log } = scale
  if (log) return logTicks(from, to)
  const step = niceStep((to - from) / Math.max(1, count - 1))
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function logTicks(from: number, to: number): number[] {
  const low = Math.ceil(Math.log10(from) - 1e-9)
  const high = Math.floor(Math.log10(to) + 1e-9)
  const powers = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => Number(`1e${low + i}`))
  return powers.length >= 2 ? powers : [from, to].map((value) => Number(value.toPrecision(2)))
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not smaller. */
export function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= atLeast * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(12))
}

/**
 * A series thinned to what fits a width, so that a million points draw as fast as a thousand.
 *
 * Of each column of pixels the lowest and the highest point stay: peaks are what people look for.
 */
export function thinned(samples: readonly Sample[], columns: number): Sample[] {
  if (samples.length <= columns * 2) return [...samples]
  const kept: Sample[] = []
  for (let column = 0; column < columns; column += 1) {
    const part = samples.slice(
      Math.floor((column * samples.length) / columns),
      Math.floor(((column + 1) * samples.length) / columns),
    )
    const first = part[0]
    if (!first) continue
    const low = part.reduce((least, one) => (one.y < least.y ? one : least), first)
    const high = part.reduce((most, one) => (one.y > most.y ? one : most), first)
    if (low === high) kept.push(low)
    else kept.push(...(low.x < high.x ? [low, high] : [high, low]))
  }
  return kept
}

/** A series as an SVG path. */
export function linePath(samples: readonly Sample[], x: Scale, y: Scale): string {
  return samples
    .map((sample, i) => `${i === 0 ? 'M' : 'L'}${at(x, sample.x).toFixed(1)} ${at(y, sample.y).toFixed(1)}`)
    .join('')
}
