/** What the server tells of a stored value, as the viewers take it. */

import type { JsonValue, SummaryRecord, TensorRecord, ValueRecord } from '../protocol'
import type { ViewKind } from './kinds'
import type { ValueSummary } from './summary'

const TENSORS = 8

/** The tensors of a value, or else those of its first items. */
export function tensorsOf(summary: SummaryRecord): readonly TensorRecord[] {
  const own = summary.tensors.length > 0 ? summary.tensors : summary.items.flatMap((item) => item.tensors)
  return own.slice(0, TENSORS)
}

/** A tensor as the viewers take it; what is not finite counts as broken. */
export function statsOf({ shape, dtype, min, max, mean, std, nan, inf, histogram }: TensorRecord): ValueSummary {
  return { shape, dtype, min, max, mean, std, nan: nan + inf, histogram }
}

/** The figures of a value that has one tensor; else its type and size. */
export function factsOf({ type, size, summary }: ValueRecord): ValueSummary {
  const [first] = tensorsOf(summary)
  const fps = framesOf(summary)
  const told = first && summary.tensors.length === 1 ? { ...statsOf(first), type } : { type, size }
  if (summary.type === 'list') return { ...told, count: summary.count }
  return fps === undefined ? told : { ...told, fps }
}

/** Frames a second of a video. */
export function framesOf({ fields }: SummaryRecord): number | undefined {
  return typeof fields.fps === 'number' ? fields.fps : undefined
}

/** The viewer of a stored value: records in a list make a table. */
export function viewOf({ kind, summary }: Pick<ValueRecord, 'kind' | 'summary'>): ViewKind {
  if (kind === 'list' && isTable(summary)) return 'json'
  if (kind === 'plot' && summary.points.length < 2) return 'list'
  return kind === 'model' ? 'other' : kind
}

/** The value itself, as far as it was told. */
export function plainOf(summary: SummaryRecord): JsonValue | undefined {
  if (summary.points.length > 1 && summary.kind === 'plot') return summary.points as unknown as JsonValue
  if (summary.type === 'list') return summary.items.map(isTable(summary) ? ({ fields }) => fields : itemOf)
  const value = itemOf(summary)
  return value === null ? undefined : value
}

/** Whether the items of a list are records, that have no numbers in tensors and aren't drawn. */
function isTable({ items }: SummaryRecord): boolean {
  return items.length > 0 && items.every((item) => item.tensors.length === 0 && item.pictures === 0 && Object.keys(item.fields).length > 0)
}

/** An item of a list in short. */
export function itemOf({ kind, text, value, type, items, count }: SummaryRecord): JsonValue {
  if (kind === 'text') return text
  if (value !== null) return value
  if (kind === 'number' || kind === 'bool') return text || null
  return type === 'list' && items.length === count ? items.map(itemOf) : type
}
