import { loadProblems, sayProblems } from '../i18n/problems'
import type { ProblemRecord } from '../protocol'
import { useGraphs } from './graphs'

const NONE: readonly ProblemRecord[] = []

let waiting = false

/** What is wrong with an open graph, by default the one that is shown, in the language spoken. */
export const useProblems = (session?: string): readonly ProblemRecord[] =>
  useGraphs((now) => spoken(now.open[session ?? now.active]?.problems ?? NONE))

/** Problems in the language spoken; whoever reads the graphs is told once its texts are there. */
function spoken(problems: readonly ProblemRecord[]): readonly ProblemRecord[] {
  if (problems.length === 0) return problems
  const load = loadProblems()
  if (load && !waiting) {
    waiting = true
    load.then(() => useGraphs.setState({})).catch(() => undefined).finally(() => (waiting = false))
  }
  return sayProblems(problems)
}
