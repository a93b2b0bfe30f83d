/** What the run button and its keys do. */

import { send } from '../../api/http'
import { t } from '../../i18n/t'
import type { RunRecord, RunRequest } from '../../protocol'
import { interfaceOf } from '../../graph/ports'
import { children, instanceAt } from '../../graph/level'
import { useCatalogue } from '../../stores/catalogue'
import { edit, openGraph, tell, useGraphs, type OpenGraph } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { askPlan } from '../../stores/plan'
import { askResults } from '../../stores/results'
import { cancel, isOver, isPausing, pauseRun, resumeRun, submit, useRuns } from '../../stores/runs'
import { useSelection } from '../../stores/selection'
import { flushDrafts } from '../FormView/drafts'
import { seedInputs } from '../FormView/inputs'
import { goesOn, heldRuns, tellHeld } from './held'
import { firstSeed, seedsFrom, seedSteps } from './seedModes'
import { drawn, seedPlaces } from './seeds'

const knownOf = (graph: OpenGraph) => ({
  catalogue: useCatalogue.getState().catalogue,
  interfaces: graph.interfaces[''] ?? {},
})

/**
 * Run the graph that is shown; what somebody is typing counts, and seeds go on as they were told to. A paused run goes
 * on in its place if nothing has changed.
 */
export async function run(request: Partial<RunRequest> = {}): Promise<RunRecord[]> {
  const session = useGraphs.getState().active
  if (!session) return []
  await flushDrafts()
  const graph = openGraph(session)
  const held = heldRuns(session)
  if (graph && !request.random_seeds && !request.sweep && !goesOn(held)) {
    await edit(session, seedSteps(session, graph.graph, knownOf(graph)))
  }
  const runs = await submit(session, request)
  tellHeld(held, runs)
  return runs
}

/** Paths of what is selected. */
export function selectedPaths(): string[] {
  const { active, open } = useGraphs.getState()
  const graph = open[active]
  if (!graph) return []
  const paths = useSelection.getState().names.map((name) => children(graph.at, name))
  return paths.filter((path) => instanceAt(graph.graph, path) !== null)
}

/** Run no more than what is selected needs. */
export async function runSelected(forced = false): Promise<RunRecord[]> {
  const graph = openGraph(useGraphs.getState().active)
  const paths = selectedPaths()
  if (!graph || paths.length === 0) return []
  const outputs = paths.flatMap((path) => outputsOf(graph, path))
  return run({ outputs, ...(forced ? { forced: paths } : {}) })
}

/** Forget what is stored of what is selected, so that it is computed anew when it is needed. */
export async function forgetSelected(): Promise<void> {
  const session = useGraphs.getState().active
  const paths = selectedPaths()
  try {
    for (const instance of paths) await send('DELETE', `sessions/${session}/results`, { query: { instance } })
    notify({ kind: 'good', text: t('panels.forgotten', { n: paths.length }) })
  } catch (error) {
    tell(error)
  }
  askResults(session, 0)
  await askPlan(session)
}

function outputsOf(graph: OpenGraph, path: string): string[] {
  const instance = instanceAt(graph.graph, path)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const level = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  const { catalogue } = useCatalogue.getState()
  const ports = instance && interfaceOf(instance, name, catalogue, graph.interfaces[level] ?? {})
  return Object.keys(ports?.outputs ?? {}).map((port) => `${path}.${port}`)
}

/** Run everything anew, whatever is stored. */
export function runForced(): Promise<RunRecord[]> {
  const graph = openGraph(useGraphs.getState().active)
  return graph ? run({ forced: Object.keys(graph.graph.nodes ?? {}) }) : Promise.resolve([])
}

/** Run with other seeds: those of the inputs are drawn by the server, those typed into nodes by an edit. */
export async function runRandom(): Promise<RunRecord[]> {
  const session = useGraphs.getState().active
  const graph = openGraph(session)
  if (!graph) return []
  const places = seedPlaces(graph.graph, useCatalogue.getState().catalogue)
  if (places.length === 0 && seedInputs(graph.graph, knownOf(graph)).length === 0) return noSeeds()
  if (places.length > 0 && !(await edit(session, drawn(places)))) return []
  return run({ random_seeds: true })
}

function noSeeds(): RunRecord[] {
  notify({ kind: 'info', text: t('panels.noSeeds'), detail: t('panels.noSeedsText') })
  return []
}

/** Run several times, each with another seed: one batch. A seed that steps does so, others are drawn. */
export async function runBatch(count: number): Promise<RunRecord[]> {
  const session = useGraphs.getState().active
  await flushDrafts()
  const graph = openGraph(session)
  if (!graph) return []
  const seed = firstSeed(session, graph.graph, knownOf(graph))
  if (!seed) return noSeeds()
  const runs = await run({ sweep: { [seed.place]: seedsFrom(seed, count) }, random_seeds: seed.mode !== 'step' })
  const last = runs.at(-1)?.values[seed.place]
  if (seed.mode === 'step' && last !== undefined) await edit(session, seed.set(last))
  return runs
}

/** The run of the shown graph that waits or runs; undefined when there is none. */
export function currentRun(): RunRecord | undefined {
  const { queue, shown } = useRuns.getState()
  const session = useGraphs.getState().active
  const now = shown[session]?.record
  if (now && !isOver(now)) return now
  return queue.find((one) => one.session === session)
}

/** Cancel what the shown graph runs, the whole batch with it. */
export async function cancelCurrent(): Promise<void> {
  const current = currentRun()
  if (current) await cancel(current.batch)
}

/** Pause what the shown graph runs, or go on with it; also while it is about to pause. */
export async function pauseOrResume(): Promise<void> {
  const current = currentRun()
  if (current) await (current.state === 'paused' || isPausing(current) ? resumeRun : pauseRun)(current.batch)
}
