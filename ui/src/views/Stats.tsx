import { TriangleAlert } from 'lucide-react'
import { formatBytes, t } from '../i18n/t'
import { Histogram } from './Histogram'
import { isBroken, shapeText, shortNumber, type ValueSummary } from './summary'
import './stats.css'

interface StatsProps {
  readonly summary: ValueSummary
  readonly title: string
}

/** What is known of a value: shape, type of number, range, spread, and whether some numbers are broken. */
export function Stats({ summary, title }: StatsProps) {
  const rows = rowsOf(summary)
  return (
    <div className="stats" role="group" aria-label={title}>
      {isBroken(summary) && (
        <p className="stats__broken" role="alert">
          <TriangleAlert size={14} aria-hidden />
          {typeof summary.nan === 'number' ? t('views.nanCount', { n: summary.nan }) : t('views.nan')}
        </p>
      )}
      {rows.length === 0 ? (
        <p className="stats__none">{t('views.nothing')}</p>
      ) : (
        <dl className="stats__rows">
          {rows.map(([term, text]) => (
            <div key={term} className="stats__row">
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {summary.histogram && summary.histogram.length > 0 && (
        <Histogram counts={summary.histogram} min={summary.min ?? 0} max={summary.max ?? 1} title={t('views.histogramOf', { title })} />
      )}
    </div>
  )
}

function rowsOf(summary: ValueSummary): [string, string][] {
  const number = (value: number | null | undefined) => (value === null || value === undefined ? '' : shortNumber(value))
  const rows: [string, string][] = [
    [t('views.type'), summary.type ?? ''],
    [t('views.shape'), summary.shape ? shapeText(summary.shape) : ''],
    [t('views.dtype'), summary.dtype ?? ''],
    [t('views.device'), summary.device ?? ''],
    [t('views.min'), number(summary.min)],
    [t('views.max'), number(summary.max)],
    [t('views.mean'), number(summary.mean)],
    [t('views.std'), number(summary.std)],
    [t('views.bytes'), summary.size === undefined ? '' : formatBytes(summary.size)],
  ]
  return rows.filter(([, text]) => text !== '')
}
