/** What somebody types as the values of a swept field. */

import type { JsonValue } from '../../protocol'
import { readField, type Bounds, type Field } from '../../widgets/schema'
import { drawSeed } from '../../widgets/seeds'
import { MOST_RUNS, range, shown, type Sweepable } from './sweep'

/** How the values of a field are given. */
export type Draft =
  | { kind: 'range'; from: string; to: string; count: string }
  | { kind: 'list'; text: string }
  | { kind: 'seeds'; count: string; seeds: readonly number[] }
  | { kind: 'choice'; picked: readonly JsonValue[] }

/** What a field's values can be given by; the first is what it begins with. */
export function kindsOf(field: Field): readonly Draft['kind'][] {
  switch (field.form.kind) {
    case 'number':
      return ['range', 'list']
    case 'seed':
      return ['seeds', 'list']
    case 'choice':
    case 'switch':
      return ['choice']
    default:
      return ['list']
  }
}

/** A draft to begin with. */
export function beginning(kind: Draft['kind'], { port, value }: Sweepable): Draft {
  const { form } = readField(port)
  if (kind === 'range') return aroundNow(value, form.kind === 'number' ? form.bounds : { whole: false })
  if (kind === 'seeds')
    return { kind, count: '4', seeds: seedsOf(4, [], form.kind === 'seed' ? form.bounds : { whole: true }) }
  if (kind === 'choice') return { kind, picked: optionsOf(readField(port)).slice(0, 3) }
  return { kind, text: value === undefined || value === null ? '' : shown(value, 2000) }
}

/** From half of a number to one and a half of it, as far as that is allowed. */
function aroundNow(value: JsonValue | undefined, bounds: Bounds): Draft {
  const now = typeof value === 'number' ? value : (bounds.min ?? 1)
  const low = Math.max(bounds.min ?? -Infinity, now / 2)
  const high = Math.min(bounds.max ?? Infinity, now === 0 ? 1 : now * 1.5)
  const tidy = (one: number) => String(bounds.whole ? Math.round(one) : Number(one.toPrecision(3)))
  return { kind: 'range', from: tidy(low), to: tidy(high), count: '3' }
}

/** What can be picked. */
export function optionsOf({ form }: Field): readonly JsonValue[] {
  if (form.kind === 'choice') return form.options
  return form.kind === 'switch' ? [false, true] : []
}

/** So many seeds: those that there are, then others that are drawn. */
export function seedsOf(count: number, before: readonly number[], bounds: Bounds): number[] {
  const seeds = new Set(before.slice(0, count))
  while (seeds.size < count) seeds.add(drawSeed(bounds))
  return [...seeds]
}

/** The values of a draft; null when it has none that can be read. */
export function valuesOf(draft: Draft, { port }: Sweepable): JsonValue[] | null {
  const { form } = readField(port)
  const isNumber = form.kind === 'number' || form.kind === 'seed'
  const whole = isNumber && form.bounds.whole
  switch (draft.kind) {
    case 'range':
      return rangeOf(draft.from, draft.to, draft.count, whole)
    case 'seeds':
      return draft.seeds.length > 0 ? [...draft.seeds] : null
    case 'choice':
      return draft.picked.length > 0 ? [...draft.picked] : null
    case 'list':
      return listOf(draft.text, isNumber, form.kind)
  }
}

function rangeOf(from: string, to: string, count: string, whole: boolean): number[] | null {
  const [first, last, steps] = [numberOf(from), numberOf(to), numberOf(count)]
  if (first === null || last === null || steps === null || steps < 1 || steps > MOST_RUNS) return null
  return range(first, last, steps, whole)
}

/** Numbers and colours stand between commas or in lines of their own; everything else in lines. */
function listOf(text: string, isNumber: boolean, kind: string): JsonValue[] | null {
  const parts = text
    .split(isNumber || kind === 'colour' ? /[\n,;]+/ : /\n/)
    .map((part) => part.trim())
    .filter(Boolean)
  if (parts.length === 0) return null
  if (isNumber) {
    const numbers = parts.map(numberOf)
    return numbers.some((one) => one === null) ? null : [...new Set(numbers)]
  }
  if (kind !== 'json' && kind !== 'list' && kind !== 'curve') return [...new Set(parts)]
  try {
    return parts.map((part) => JSON.parse(part) as JsonValue)
  } catch {
    return null
  }
}

/** A number out of a text, with a point or a comma; null when it is none. */
export function numberOf(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(value) ? value : null
}
