/** What is marked on single cards: problems, and what differs in a comparison. */

import { useMemo } from 'react'
import { create } from 'zustand'
import type { Path, Point } from '../graph/level'
import type { ProblemRecord } from '../protocol'
import { useProblems } from '../stores/problems'

const NONE: readonly ProblemRecord[] = []
const byInstance = new WeakMap<readonly ProblemRecord[], Map<string, ProblemRecord[]>>()

function gathered(problems: readonly ProblemRecord[]): Map<string, ProblemRecord[]> {
  const known = byInstance.get(problems)
  if (known) return known
  const found = new Map<string, ProblemRecord[]>()
  for (const problem of problems) {
    const [outer = ''] = [problem.instance]
    for (let end = outer.length; end > 0; end = outer.lastIndexOf('/', end - 1)) {
      const name = outer.slice(0, end)
      const one = end === outer.length ? problem : { ...problem, port: '', instance: name }
      const before = found.get(name)
      if (before) before.push(one)
      else found.set(name, [one])
    }
  }
  byInstance.set(problems, found)
  return found
}

/** The problems of an instance; those inside of a subgraph are its own, too. */
export function useProblemsOf(path: string): readonly ProblemRecord[] {
  const problems = useProblems()
  return useMemo(() => gathered(problems).get(path) ?? NONE, [problems, path])
}

export type DiffMark = 'added' | 'removed' | 'changed'

/** A node that the graph which is shown lacks, where it stands in the other one. */
export interface Ghost {
  readonly at: Path
  readonly name: string
  readonly title: string
  readonly place: Point
  readonly size: Point
  readonly mark: DiffMark
}

interface DiffMarks {
  /** Instance path → how it differs from what the graph is compared with. */
  readonly marks: ReadonlyMap<string, DiffMark>
  readonly ghosts: readonly Ghost[]
  /** What it is compared with, in words; empty when it is not. */
  readonly against: string
}

export const useDiffMarks = create<DiffMarks>(() => ({ marks: new Map(), ghosts: [], against: '' }))

export const useDiffOf = (path: string) => useDiffMarks((now) => now.marks.get(path))
