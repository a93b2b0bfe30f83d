/** JSON as a table, where it is one. */

import type { JsonValue } from '../protocol'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (JsonValue | undefined)[])[]
}

type Row = { readonly [key: string]: JsonValue }

/** A list of objects as a table with a column for each key; an object as its keys and values; else null. */
export function readTable(value: JsonValue | undefined): Table | null {
  if (typeof value !== 'object' || value === null) return null
  if (!Array.isArray(value)) return { columns: [], rows: Object.entries(value) }
  if (value.length === 0 || !value.every(isRow)) return null
  const columns = [...new Set(value.flatMap((row) => Object.keys(row)))]
  return { columns, rows: value.map((row) => columns.map((column) => row[column])) }
}

function isRow(value: JsonValue): value is Row & JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
