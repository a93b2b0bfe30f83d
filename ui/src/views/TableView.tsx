import { t } from '../i18n/t'
import type { JsonValue } from '../protocol'
import { shortNumber } from './summary'
import { readTable, type Table } from './table'
import './table-view.css'

const MOST_ROWS = 1000

interface TableProps {
  readonly value: JsonValue
  readonly title: string
  /** Rows that there are, if more than those that are told. */
  readonly count: number | undefined
}

/** JSON: lists of objects and objects as a table, anything else as it is written. */
export function TableView({ value, title, count }: TableProps) {
  const table = readTable(value)
  if (!table) {
    return (
      <div className="table-view nowheel" role="group" tabIndex={0} aria-label={title}>
        <pre className="table-view__json">{JSON.stringify(value, null, 2)}</pre>
      </div>
    )
  }
  const rows = table.rows.slice(0, MOST_ROWS)
  const all = Math.max(count ?? 0, table.rows.length)
  return (
    <div className="table-view nowheel" role="group" tabIndex={0} aria-label={title}>
      <table className="table-view__table">
        <caption className="visually-hidden">{title}</caption>
        {table.columns.length > 0 && (
          <thead>
            <tr>
              {table.columns.map((column, at) => (
                <th key={column} scope="col" data-number={isNumeric(rows, at) || undefined}>{column}</th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, place) =>
                table.columns.length === 0 && place === 0
                  ? <th key={place} scope="row">{String(cell)}</th>
                  : <td key={place} data-number={typeof cell === 'number' || undefined}>{cellText(cell)}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < all && <p className="list-view__more">{t('views.more', { n: all - rows.length })}</p>}
    </div>
  )
}

/** Whether a column holds nothing but numbers, which stand at its right. */
function isNumeric(rows: Table['rows'], at: number): boolean {
  return rows.every((row) => row[at] === undefined || typeof row[at] === 'number')
}

function cellText(cell: JsonValue | undefined): string {
  if (cell === undefined || cell === null) return '—'
  if (typeof cell === 'number') return shortNumber(cell)
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}
