/** Differences in words. */

import type { Change, GraphDiff } from '../../graph/diff'
import { children, isRecord } from '../../graph/level'
import { same } from '../../graph/patch'
import { t } from '../../i18n/t'
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

/** What a field was and is; of a graph's input each part that differs by itself, its value first. */
export function told({ field, before, after }: Change): Told[] {
  const title = titleOf(field, after ?? before)
  if (!field.startsWith('inputs.') || !isRecord(before) || !isRecord(after))
    return [{ field, title, old: text(before), now: text(after) }]
  const parts = new Set(['default', ...Object.keys(before), ...Object.keys(after)])
  return [...parts]
    .filter((part) => !same(before[part], after[part]))
    .map((part) => ({ field, title: partTitle(title, part), old: text(before[part]), now: text(after[part]) }))
}

const partTitle = (title: string, part: string) =>
  part === 'default' ? title : `${title} · ${part === 'to' ? t('panels.leadsTo') : readable(part)}`

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
