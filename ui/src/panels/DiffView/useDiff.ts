/** The comparison of two graphs that is shown; the canvas marks the nodes of the open one by it. */

import { create } from 'zustand'
import { diffGraphs, touched, type Change, type GraphDiff } from '../../graph/diff'
import { children, entry, isRecord, levelAt, splitPort, viewOf, type Path, type Point } from '../../graph/level'
import { useDiffMarks, type DiffMark, type Ghost } from '../../canvas/marks'
import type { Graph } from '../../protocol'
import { onEdited, useGraphs } from '../../stores/graphs'
import { withReferences } from '../History/restore'
import { graphOf, sideKey, sideTitle, type Side } from './sides'

interface Compared {
  before: Side | null
  after: Side | null
  diff: GraphDiff | null
  error: string
}

export const useDiff = create<Compared>(() => ({ before: null, after: null, diff: null, error: '' }))

const NO_MARKS: ReadonlyMap<string, DiffMark> = new Map()
const CARD: Point = [220, 120]
let leave: (() => void) | null = null
let graphs: { before: Graph; after: Graph } | null = null
let turn = 0

/** Compare two graphs. */
export async function compare(before: Side, after: Side): Promise<void> {
  const mine = ++turn
  leave ??= followDiff()
  useDiff.setState({ before, after, error: '' })
  try {
    const [old, now] = await Promise.all([graphOf(before), graphOf(after)])
    if (mine !== turn) return
    graphs = { before: withReferences(old, now), after: withReferences(now, old) }
    show()
  } catch (error) {
    if (mine !== turn) return
    graphs = null
    useDiff.setState({ diff: null, error: error instanceof Error ? error.message : String(error) })
    mark()
  }
}

/** Compare no more. */
export function clearDiff(): void {
  turn++
  leave?.()
  leave = null
  graphs = null
  useDiff.setState({ before: null, after: null, diff: null, error: '' })
  mark()
}

function show(): void {
  useDiff.setState({ diff: graphs && diffGraphs(graphs.before, graphs.after), error: '' })
  mark()
}

/** Mark the nodes of the graph that is shown, if it is one of the two. */
function mark(): void {
  const { diff, before, after } = useDiff.getState()
  const shown = sideKey({ kind: 'open', session: useGraphs.getState().active })
  const isAfter = after !== null && sideKey(after) === shown
  const isBefore = before !== null && sideKey(before) === shown
  const other = isAfter ? before : after
  if (!diff || !graphs || !other || !(isAfter || isBefore)) {
    useDiffMarks.setState({ marks: NO_MARKS, ghosts: [], against: '' })
    return
  }
  const ghosts = ghostsOf(diff, isAfter ? graphs.before : graphs.after, isAfter)
  useDiffMarks.setState({ marks: marksOf(diff), ghosts, against: sideTitle(other) })
}

/**
 * The nodes that only the other graph has.
 *
 * Args:
 *   diff: From one graph to another.
 *   other: The one that is not shown.
 *   later: Whether the later one is shown.
 */
export function ghostsOf(diff: GraphDiff, other: Graph, later: boolean): Ghost[] {
  return [...diff].flatMap(([at, changed]) => {
    const level = levelAt(other, at)
    if (!level) return []
    const { positions, sizes } = viewOf(level)
    const mark: DiffMark = later ? 'removed' : 'added'
    return [...changed[mark]].flatMap((name) => {
      const place = positions.get(name)
      const title = entry(level.nodes, name)?.title || name
      return place ? [{ at, name, title, place, size: sizes.get(name) ?? CARD, mark }] : []
    })
  })
}

/** How each instance differs from one graph to another. */
export function marksOf(diff: GraphDiff): ReadonlyMap<string, DiffMark> {
  const marks = new Map<string, DiffMark>([...touched(diff)].map((path) => [path, 'changed']))
  for (const [at, level] of diff) {
    for (const name of level.added) marks.set(children(at, name), 'added')
    for (const name of level.removed) marks.set(children(at, name), 'removed')
    for (const path of fedBy(at, level.own)) if (!marks.has(path)) marks.set(path, 'changed')
  }
  return marks
}

/** Instances that an input feeds which differs: what they compute does, too. */
function fedBy(at: Path, own: readonly Change[]): string[] {
  return own.flatMap(({ field, before, after }) => {
    const declared = after ?? before
    if (!field.startsWith('inputs.') || !isRecord(declared) || !Array.isArray(declared['to'])) return []
    return declared['to'].map((text) => children(at, splitPort(String(text)).name))
  })
}

/** Keep the comparison up to date with edits and tabs, until the function it gives is called. */
function followDiff(): () => void {
  const leaveEdits = onEdited((session, { graph }) => {
    const { before, after } = useDiff.getState()
    if (!graphs) return
    if (after?.kind === 'open' && after.session === session) graphs = { ...graphs, after: graph }
    else if (before?.kind === 'open' && before.session === session) graphs = { ...graphs, before: graph }
    else return
    show()
  })
  const leaveTabs = useGraphs.subscribe((now, earlier) => {
    if (now.active !== earlier.active) mark()
  })
  return () => {
    leaveEdits()
    leaveTabs()
  }
}
