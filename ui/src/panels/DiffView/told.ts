/** Differences in words. */

import type { Change, GraphDiff } from '../../graph/diff'
import { children, isRecord } from '../../graph/level'
import { same } from '../../graph/patch'
import type { JsonValue } from '../../protocol'
import { readable } from '../FormView/inputs'
import { shown } from '../SweepGrid/sweep'

const MOST = 240

/** A difference of one field. */
export interface Told {
  field: string
  title: string
  old: string
  now: string
}

/** What a field was and is; of a graph's input only its value, if nothing else of it differs. */
export function told({ field, before, after }: Change): Told {
  const title = titleOf(field, after ?? before)
  if (field.startsWith('inputs.') && isRecord(before) && isRecord(after)) {
    const { default: old, ...restBefore } = before
    const { default: now, ...restAfter } = after
    if (same(restBefore, restAfter)) return { field, title, old: text(old), now: text(now) }
  }
  return { field, title, old: text(before), now: text(after) }
}

const text = (value: unknown) => shown(value as JsonValue | undefined, MOST)

function titleOf(field: string, value: unknown): string {
  if (field.startsWith('inputs.') && isRecord(value) && typeof value['title'] === 'string')
    return value['title']
  const dot = field.indexOf('.')
  return readable(dot < 0 ? field : field.slice(dot + 1))
}

/** Every field that differs, with the instance that it belongs to; empty for the graph itself. */
export function changesOf(diff: GraphDiff): { path: string; change: Change }[] {
  return [...diff].flatMap(([at, level]) => [
    ...level.own.map((change) => ({ path: at, change })),
    ...[...level.changed].flatMap(([name, changes]) =>
      changes.map((change) => ({ path: children(at, name), change })),
    ),
  ])
}

/** Names of instances that one of the graphs lacks. */
export function comings(diff: GraphDiff): { added: string[]; removed: string[] } {
  const all = (pick: 'added' | 'removed') =>
    [...diff].flatMap(([at, level]) => [...level[pick]].map((name) => children(at, name)))
  return { added: all('added'), removed: all('removed') }
}
