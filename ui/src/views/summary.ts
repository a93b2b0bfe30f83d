/** What is told of a value without sending it. */
export interface ValueSummary {
  /** Its type, for people. */
  readonly type?: string
  /** Lengths of the tensor's axes. */
  readonly shape?: readonly number[]
  /** Type of number, as torch names it. */
  readonly dtype?: string
  readonly device?: string
  readonly min?: number | null
  readonly max?: number | null
  readonly mean?: number | null
  /** Standard deviation. */
  readonly std?: number | null
  /** How many of its numbers are not finite; or whether any is. */
  readonly nan?: number | boolean
  /** Bytes. */
  readonly size?: number
  /** Counts of equally wide ranges from `min` to `max`. */
  readonly histogram?: readonly number[]
  /** Items of a list, of which the first are told. */
  readonly count?: number
  /** Pictures a second, of a video. */
  readonly fps?: number
}

/** A number in few signs, with as many digits as tell numbers of its kind apart. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (value === 0 || Number.isInteger(value) && size < 1e6) return String(value)
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)))
}

/** Lengths of axes as people write them: `1 × 4 × 64 × 64`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? '—' : shape.join(' × ')
}

/** Whether some of the numbers are not finite. */
export function isBroken({ nan }: ValueSummary): boolean {
  return nan === true || (typeof nan === 'number' && nan > 0)
}
