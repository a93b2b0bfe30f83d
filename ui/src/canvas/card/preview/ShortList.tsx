import { t } from '../../../i18n/t'
import type { JsonValue, SummaryRecord } from '../../../protocol'
import { plainOf, viewOf } from '../../../views/recorded'
import { shortNumber } from '../../../views/summary'
import { readTable } from '../../../views/table'
import { useGlimpse, type Stored } from './glimpse'

/** Columns and rows for which a card has room. */
const COLUMNS = 4
const ROWS = 4
const LETTERS = 120

/** How many items a list has, and the first of them; records as the first rows of a table. */
export function ShortList({ stored }: { readonly stored: Stored }) {
  const glimpse = useGlimpse(stored)
  if (!glimpse) return null
  const { summary } = glimpse
  const items = plainOf(summary)
  if (viewOf(glimpse) === 'json') return <ShortTable summary={summary} value={items} />
  const all = Array.isArray(items) ? items : []
  return (
    <div className="card-list">
      <span className="card-list__count">{t('canvas.items', { n: summary.count })}</span>
      <ol className="card-list__items">
        {all.map((item, place) => <li key={place}>{itemText(item)}</li>)}
        {summary.count > all.length && <li aria-hidden>…</li>}
      </ol>
    </div>
  )
}

function ShortTable({ summary, value }: { readonly summary: SummaryRecord; readonly value: JsonValue | undefined }) {
  const table = readTable(value)
  if (!table) return null
  const columns = table.columns.slice(0, COLUMNS)
  return (
    <table className="card-table">
      <caption className="hidden">{t('canvas.items', { n: summary.count })}</caption>
      <thead>
        <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
      </thead>
      <tbody>
        {table.rows.slice(0, ROWS).map((row, place) => (
          <tr key={place}>{columns.map((column, at) => <td key={column}>{itemText(row[at])}</td>)}</tr>
        ))}
      </tbody>
    </table>
  )
}

function itemText(item: JsonValue | undefined): string {
  if (item === undefined || item === null) return '—'
  if (typeof item === 'number') return shortNumber(item)
  if (typeof item === 'boolean') return t(item ? 'views.yes' : 'views.no')
  const text = typeof item === 'string' ? item : JSON.stringify(item)
  return text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text
}
