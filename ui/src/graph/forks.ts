/** Loops that go on from a step of another run. */

import type { Instance } from '../protocol'
import { LOOP } from './ports'

/** The step that a loop goes on from, or that the first such loop in a subgraph does; null when none goes on from one. */
export function forkedAt(instance: Instance): number | null {
  if (instance.fork) return instance.fork.turn
  if (instance.type === LOOP) return null
  for (const inner of Object.values(instance.graph?.nodes ?? {})) {
    const step = forkedAt(inner)
    if (step !== null) return step
  }
  return null
}

/**
 * Title of a graph that was forked; one that was forked before says only the last step.
 *
 * @param title Of the graph before.
 * @param from What is put behind it for a step.
 */
export function forkTitle(title: string, step: number, from: (step: string) => string): string {
  const before = new RegExp(` ${from('\\d+')}$`)
  return `${title.replace(before, '')} ${from(String(step))}`
}
