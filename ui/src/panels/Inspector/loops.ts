/** Loops whose kept turns can be looked at from an instance: itself, or those in the graph that it holds. */

import { children, type Path } from '../../graph/level'
import { LOOP } from '../../graph/ports'
import type { Graph, Instance } from '../../protocol'

export interface LoopPlace {
  /** Path of the loop. */
  readonly path: Path
  readonly name: string
  /** The level that it stands on. */
  readonly at: Path
  readonly instance: Instance
}

/** The loops to look into. Of a loop's own body none are: its values are made anew each turn, and not kept. */
export function loopsOf(at: Path, name: string, instance: Instance, inside: Graph | null): LoopPlace[] {
  const path = children(at, name)
  if (instance.type === LOOP) return [{ path, name, at, instance }]
  return Object.entries(inside?.nodes ?? {}).flatMap(([inner, one]) =>
    one.type === LOOP ? [{ path: children(path, inner), name: inner, at: path, instance: one }] : [],
  )
}

/** How often a loop keeps its values, as it was typed; null for what is no such number. */
export function readEvery(text: string): number | null {
  const clean = text.trim()
  if (clean === '') return 0
  return /^\d{1,7}$/.test(clean) ? Number(clean) : null
}

/** The turn to show: the one that was chosen while it is kept, else the last. */
export function shownTurn(turns: readonly number[], chosen: number | null): number | undefined {
  return chosen !== null && turns.includes(chosen) ? chosen : turns.at(-1)
}
