/** The outline of a sound. */

/** Lowest and highest sample of each of a number of equal parts, -1 to 1. */
export function peaks(samples: Float32Array, parts: number): { low: Float32Array; high: Float32Array } {
  const low = new Float32Array(parts)
  const high = new Float32Array(parts)
  for (let part = 0; part < parts; part += 1) {
    const from = Math.floor((part * samples.length) / parts)
    const to = Math.max(from + 1, Math.floor(((part + 1) * samples.length) / parts))
    for (let i = from; i < to && i < samples.length; i += 1) {
      const sample = samples[i] ?? 0
      if (sample < (low[part] ?? 0)) low[part] = sample
      if (sample > (high[part] ?? 0)) high[part] = sample
    }
  }
  return { low, high }
}

/** Seconds as a player shows them: `1:05`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** An outline as an SVG path, one unit wide for each pair of lowest and highest value, upwards negative. */
export function outlinePath(outline: readonly (readonly number[])[]): string {
  const least = 0.02 // silence is a thin line
  return outline
    .map(([low = 0, high = 0], place) => {
      const top = -Math.min(1, Math.max(high, least))
      const bottom = -Math.max(-1, Math.min(low, -least))
      return `M${place + 0.5} ${top.toFixed(3)}V${bottom.toFixed(3)}`
    })
    .join('')
}
