/** How far two pictures are apart. */

export interface Difference {
  /** RGBA, opaque. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
  /** Mean over red, green and blue of all pixels, 0 to 1. */
  readonly mean: number
  /** The largest of any channel, opacity included, 0 to 1. */
  readonly most: number
  /** Part of the pixels that differ at all, 0 to 1. */
  readonly share: number
}

/**
 * The difference of two pictures of one size, enlarged to be seen.
 *
 * @param a RGBA bytes.
 * @param b RGBA bytes, as many.
 * @param gain What each channel's difference is multiplied by in `pixels`; not in the numbers.
 */
export function difference(a: Uint8ClampedArray, b: Uint8ClampedArray, gain: number): Difference {
  const pixels = new Uint8ClampedArray(a.length)
  let sum = 0
  let most = 0
  let differing = 0
  for (let i = 0; i < a.length; i += 4) {
    let here = 0
    for (let channel = 0; channel < 4; channel += 1) {
      const apart = Math.abs((a[i + channel] ?? 0) - (b[i + channel] ?? 0))
      here = Math.max(here, apart)
      if (channel === 3) continue
      sum += apart
      pixels[i + channel] = apart * gain
    }
    pixels[i + 3] = 255
    most = Math.max(most, here)
    if (here > 0) differing += 1
  }
  const count = Math.max(1, a.length / 4)
  return { pixels, mean: sum / (3 * count) / 255, most: most / 255, share: differing / count }
}
