/** What happens to each seed before a run: kept in this browser, as it is how somebody works, not the graph. */

import { create } from 'zustand'
import { children, entry, levelAt, nameOf, parent } from '../../graph/level'
import type { Known } from '../../graph/ports'
import type { Graph, JsonValue, Operation } from '../../protocol'
import { readField, type Bounds } from '../../widgets/schema'
import { drawSeed, nextSeed, type SeedMode } from '../../widgets/seeds'
import { seedInputs, setInput } from '../FormView/inputs'
import { seedPlaces } from './seeds'

const KEY = 'knotwork.seed-modes'
const MOST = 500

/** `session:place` → mode; a seed without one is fixed. */
export const useSeedModes = create<{ modes: Readonly<Record<string, SeedMode>> }>(() => ({ modes: kept() }))

function kept(): Record<string, SeedMode> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Record<string, SeedMode>) : {}
  } catch {
    return {}
  }
}

/** Name of the place of a graph's input, or of an instance's port. */
export const inputPlace = (name: string) => `.${name}`
export const portPlace = (path: string, port: string) => `${path}.${port}`

export function setSeedMode(session: string, place: string, mode: SeedMode): void {
  const others = Object.entries(useSeedModes.getState().modes).filter(
    ([key]) => key !== `${session}:${place}`,
  )
  const modes = Object.fromEntries([...others, [`${session}:${place}`, mode]].slice(-MOST)) as Record<
    string,
    SeedMode
  >
  useSeedModes.setState({ modes })
  try {
    localStorage.setItem(KEY, JSON.stringify(modes))
  } catch {
    // Without storage modes last as long as the page.
  }
}

/** The mode of a seed; draws again when it changes. */
export const useSeedMode = (session: string, place: string): SeedMode =>
  useSeedModes((state) => state.modes[`${session}:${place}`] ?? 'fixed')

/** Edits that give the seeds of a graph the values for its next run. */
export function seedSteps(session: string, graph: Graph, known: Known): Operation[] {
  const { modes } = useSeedModes.getState()
  const modeAt = (place: string) => modes[`${session}:${place}`] ?? 'fixed'
  const inputs = seedInputs(graph, known).flatMap(({ name, port, value }) => {
    const form = port && readField(port).form
    const mode = modeAt(inputPlace(name))
    if (form?.kind !== 'seed' || mode === 'fixed') return []
    return setInput(graph, name, nextSeed(mode, numberOf(value), form.bounds))
  })
  const params = seedPlaces(graph, known.catalogue).flatMap(({ at, name, port, bounds }): Operation[] => {
    const mode = modeAt(portPlace(children(at, name), port))
    if (mode === 'fixed') return []
    const value = nextSeed(mode, numberOf(paramAt(graph, children(at, name), port)), bounds)
    return [{ op: 'set_param', at, name, port, value }]
  })
  return [...inputs, ...params]
}

/** A seed that a batch gives another value in each of its runs. */
export interface BatchSeed {
  /** As a sweep names it. */
  place: string
  mode: SeedMode
  value: number
  bounds: Bounds
  /** Edits that give it a value in the graph. */
  set: (value: JsonValue) => Operation[]
}

/** The seed that a batch varies: the first input that is one, else the first one in a node; null without any. */
export function firstSeed(session: string, graph: Graph, known: Known): BatchSeed | null {
  const modeAt = (place: string) => useSeedModes.getState().modes[`${session}:${place}`] ?? 'fixed'
  const [input] = seedInputs(graph, known)
  const form = input?.port && readField(input.port).form
  if (input && form?.kind === 'seed') {
    const { name } = input
    const set = (value: JsonValue) => setInput(graph, name, value)
    return { place: name, mode: modeAt(inputPlace(name)), value: numberOf(input.value), bounds: form.bounds, set }
  }
  const [node] = seedPlaces(graph, known.catalogue)
  if (!node) return null
  const { at, name, port, bounds } = node
  const path = children(at, name)
  const value = numberOf(paramAt(graph, path, port))
  const set = (next: JsonValue): Operation[] => [{ op: 'set_param', at, name, port, value: next }]
  return { place: `${path}.${port}`, mode: modeAt(portPlace(path, port)), value, bounds, set }
}

/** Different values for the runs of a batch: the next ones of a seed that steps, drawn ones of any other. */
export function seedsFrom({ mode, value, bounds }: BatchSeed, count: number): number[] {
  const most = Math.min(count, bounds.max === undefined ? Infinity : bounds.max - (bounds.min ?? 0) + 1)
  const seeds = new Set<number>()
  let last = value
  while (seeds.size < most) {
    last = mode === 'step' ? nextSeed('step', last, bounds) : drawSeed(bounds)
    seeds.add(last)
  }
  return [...seeds]
}

function paramAt(graph: Graph, path: string, port: string): JsonValue | undefined {
  return entry(entry(levelAt(graph, parent(path))?.nodes, nameOf(path))?.params, port)
}

const numberOf = (value: JsonValue | undefined) => (typeof value === 'number' ? value : 0)
