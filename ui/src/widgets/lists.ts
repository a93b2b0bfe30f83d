/** Changes of lists; each gives a new one. */

import type { JsonValue } from '../protocol'
import type { Form } from './schema'
import { nearest } from './stepping'

/** The list with an item taken out. */
export function without<T>(items: readonly T[], at: number): T[] {
  return items.filter((_, i) => i !== at)
}

/** The list with an item more at its end. */
export function inserted<T>(items: readonly T[], item: T): T[] {
  return [...items, item]
}

/** The list with an item moved to another place. */
export function shifted<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}

/** What a new item begins as: numbers as the last one, choices as the first there is. */
export function firstValue(form: Form, last: JsonValue | undefined): JsonValue {
  switch (form.kind) {
    case 'number':
    case 'seed':
      return typeof last === 'number' ? last : nearest(form.bounds, 0)
    case 'switch':
      return false
    case 'choice':
      return form.options[0] ?? null
    case 'colour':
      return '#000000'
    case 'list':
    case 'curve':
      return []
    default:
      return ''
  }
}
