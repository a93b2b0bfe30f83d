/** Curves through points: smooth, and without bumps that no point asked for. */

export type Point = readonly [x: number, y: number]

/** The square that a curve lies in. */
export interface Frame {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

export const unit: Frame = { x: [0, 1], y: [0, 1] }

/** The points by x; the frame's own corners stand in when there are fewer than two. */
export function sorted(points: readonly Point[]): Point[] {
  return [...points].sort((a, b) => a[0] - b[0])
}

/**
 * The value of the monotone cubic through points sorted by x.
 *
 * Between two points the curve never leaves their range (Fritsch and Carlson, 1980), so that a curve of
 * values from 0 to 1 stays there. Outside of the points it is level.
 */
export function valueAt(points: readonly Point[], x: number): number {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return x
  if (x <= first[0]) return first[1]
  if (x >= last[0]) return last[1]
  const slopes = tangents(points)
  const at = points.findIndex((point) => point[0] > x)
  const [x0, y0] = points[at - 1] ?? first
  const [x1, y1] = points[at] ?? last
  const width = x1 - x0
  const part = (x - x0) / width
  const rest = 1 - part
  const y =
    y0 * rest * rest * (1 + 2 * part) +
    y1 * part * part * (3 - 2 * part) +
    (slopes[at - 1] ?? 0) * width * part * rest * rest -
    (slopes[at] ?? 0) * width * part * part * rest
  return clamp(y, Math.min(y0, y1), Math.max(y0, y1))
}

function tangents(points: readonly Point[]): number[] {
  const secants = points.slice(1).map(([x, y], i) => {
    const [before, from] = points[i] ?? [0, 0]
    return x === before ? 0 : (y - from) / (x - before)
  })
  return points.map((_, i) => {
    const left = secants[i - 1]
    const right = secants[i]
    if (left === undefined || right === undefined) return left ?? right ?? 0
    // The harmonic mean is zero at a turning point and below three times either secant, as monotony asks
    return left * right <= 0 ? 0 : (2 * left * right) / (left + right)
  })
}

/** Put a point in, and say where it went. */
export function added(points: readonly Point[], point: Point): { points: Point[]; at: number } {
  const next = sorted([...points, point])
  return { points: next, at: next.indexOf(point) }
}

/** Move a point within the frame; it can't pass its neighbours. */
export function moved(points: readonly Point[], at: number, to: Point, frame: Frame = unit): Point[] {
  const gap = (frame.x[1] - frame.x[0]) / 1000
  const before = points[at - 1]
  const after = points[at + 1]
  const low = before ? before[0] + gap : frame.x[0]
  const high = after ? after[0] - gap : frame.x[1]
  const point: Point = [rounded(clamp(to[0], low, high)), rounded(clamp(to[1], frame.y[0], frame.y[1]))]
  return points.map((one, i) => (i === at ? point : one))
}

/** Take a point out; two always stay. */
export function removed(points: readonly Point[], at: number): Point[] {
  return points.length <= 2 ? [...points] : points.filter((_, i) => i !== at)
}

/** The curve as an SVG path in a box of the given size, y upwards. */
export function pathOf(points: readonly Point[], frame: Frame, width: number, height: number): string {
  const steps = 96
  const [x0, x1] = frame.x
  const parts = Array.from({ length: steps + 1 }, (_, i) => {
    const x = x0 + ((x1 - x0) * i) / steps
    const [left, top] = toBox([x, valueAt(points, x)], frame, width, height)
    return `${i === 0 ? 'M' : 'L'}${left.toFixed(1)} ${top.toFixed(1)}`
  })
  return parts.join('')
}

/** Where a point lies in the box. */
export function toBox([x, y]: Point, frame: Frame, width: number, height: number): Point {
  return [
    ((x - frame.x[0]) / (frame.x[1] - frame.x[0])) * width,
    (1 - (y - frame.y[0]) / (frame.y[1] - frame.y[0])) * height,
  ]
}

/** The point at a place in the box. */
export function fromBox([left, top]: Point, frame: Frame, width: number, height: number): Point {
  return [
    frame.x[0] + (left / width) * (frame.x[1] - frame.x[0]),
    frame.y[0] + (1 - top / height) * (frame.y[1] - frame.y[0]),
  ]
}

/** A frame that holds the points: the unit square while they fit in it. */
export function frameOf(points: readonly Point[]): Frame {
  const around = (values: number[]): readonly [number, number] => [Math.min(0, ...values), Math.max(1, ...values)]
  return { x: around(points.map((point) => point[0])), y: around(points.map((point) => point[1])) }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}
