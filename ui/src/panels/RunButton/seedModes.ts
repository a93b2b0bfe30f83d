/** What happens to each seed before a run: kept in this browser, as it is how somebody works, not the graph. */

import { create } from 'zustand'
import { children, entry, levelAt, nameOf, parent } from '../../graph/level'
import type { Known } from '../../graph/ports'
import type { Graph, JsonValue, Operation } from '../../protocol'
import { readField } from '../../widgets/schema'
import { nextSeed, type SeedMode } from '../../widgets/seeds'
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

function paramAt(graph: Graph, path: string, port: string): JsonValue | undefined {
  return entry(entry(levelAt(graph, parent(path))?.nodes, nameOf(path))?.params, port)
}

const numberOf = (value: JsonValue | undefined) => (typeof value === 'number' ? value : 0)
