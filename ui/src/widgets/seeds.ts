/** Seeds: how they are drawn, and what becomes of them from run to run. */

import type { Bounds } from './schema'

/** What happens to a seed before the next run: nothing, a new one is drawn, or it grows by one. */
export type SeedMode = 'fixed' | 'random' | 'step'

export const seedModes: readonly SeedMode[] = ['fixed', 'random', 'step']

/** As many as fit a card; among four thousand million nobody meets one twice by chance. */
const DRAWN = 2 ** 32

/** Draw a seed evenly from those that are allowed, up to 2³² of them. */
export function drawSeed(bounds: Bounds): number {
  const min = bounds.min ?? 0
  const count = Math.min(DRAWN, (bounds.max ?? Infinity) - min + 1)
  const drawn = new Uint32Array(1)
  // Numbers of the last, incomplete round would come up more often than others
  const fair = Math.floor(DRAWN / count) * count
  do crypto.getRandomValues(drawn)
  while ((drawn[0] ?? 0) >= fair)
  return min + ((drawn[0] ?? 0) % count)
}

/** The seed of the next run; after the largest comes the smallest. */
export function nextSeed(mode: SeedMode, seed: number, bounds: Bounds): number {
  if (mode === 'fixed') return seed
  if (mode === 'random') return drawSeed(bounds)
  return bounds.max !== undefined && seed >= bounds.max ? (bounds.min ?? 0) : seed + 1
}
