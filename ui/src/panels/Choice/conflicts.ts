/** What has to be chosen after another program changed the file of an open graph. */

import { isRecord } from '../../graph/level'
import type { Choice, JsonValue } from '../../protocol'
import { readable } from '../FormView/inputs'
import { shown } from '../SweepGrid/sweep'

export type Side = 'ours' | 'theirs' | 'base'
export const SIDES: readonly Side[] = ['ours', 'theirs', 'base']

/** One place that both sides changed. */
export interface Conflict {
  /** Path of the instance; empty for the graph itself. */
  instance: string
  /** Empty when one side took the instance out. */
  field: string
  title: string
  /** What each side has there; empty when it has nothing. */
  sides: Record<Side, string>
}

/** What is wrong with the file as a whole; empty when there are single conflicts. */
export function reasonOf(conflicts: Choice['conflicts']): string {
  const reason = conflicts[0]?.['reason']
  return typeof reason === 'string' ? reason : ''
}

/** The conflicts as they were told. */
export function readConflicts(conflicts: Choice['conflicts']): Conflict[] {
  return conflicts.map((told) => {
    const instance = textOf(told['instance'])
    const field = textOf(told['field'])
    const sides = {
      ours: sideText(told['ours'], field),
      theirs: sideText(told['theirs'], field),
      base: sideText(told['base'], field),
    }
    return { instance, field, title: titleOf(field), sides }
  })
}

/** A side's places with their values: the value alone where there is one place. */
function sideText(side: JsonValue | undefined, field: string): string {
  const places = isRecord(side) ? Object.entries(side as Record<string, JsonValue>) : []
  if (places.length === 0) return ''
  const [first] = places
  if (field && places.length === 1 && first) return shown(first[1], 400)
  return places
    .map(([path, value]) => `${path.split('/').slice(2).join('.') || path}: ${shown(value, 80)}`)
    .join('\n')
}

function titleOf(field: string): string {
  const dot = field.indexOf('.')
  return field ? readable(dot < 0 ? field : field.slice(dot + 1)) : ''
}

const textOf = (value: JsonValue | undefined) => (typeof value === 'string' ? value : '')
