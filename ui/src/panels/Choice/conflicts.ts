/** What has to be chosen after another program changed the file of an open graph. */

import { isRecord } from '../../graph/level'
import { same } from '../../graph/patch'
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
    const sides = sideTexts(told, field)
    return { instance, field, title: titleOf(field), sides }
  })
}

function sideTexts(told: Choice['conflicts'][number], field: string): Record<Side, string> {
  const values = SIDES.map((side) => valueOf(told[side]))
  const inputs = values.filter(isRecord)
  // Of an input of the graph its value is enough, if nothing else of it differs
  const onlyValue =
    field.startsWith('inputs.') &&
    inputs.length === SIDES.length &&
    inputs.every((one) => sameRest(one, inputs[0]))
  const text = (side: Side) => {
    const value = valueOf(told[side])
    return onlyValue && isRecord(value)
      ? shown(value['default'] as JsonValue, 400)
      : sideText(told[side], field)
  }
  return { ours: text('ours'), theirs: text('theirs'), base: text('base') }
}

function sameRest(one: Record<string, unknown>, other: Record<string, unknown> | undefined): boolean {
  return same({ ...one, default: null }, { ...other, default: null })
}

/** The value of a side that is about one place. */
function valueOf(side: JsonValue | undefined): unknown {
  const values = isRecord(side) ? Object.values(side) : []
  return values.length === 1 ? values[0] : undefined
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
