import { t } from '../i18n/t'
import type { JsonValue } from '../protocol'
import { shortNumber } from './summary'
import { Told } from './Told'
import './list-view.css'

interface ListProps {
  readonly value: JsonValue
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
  /** Items that there are, if more than those that are told. */
  readonly count: number | undefined
}

/** Items that are drawn; a list of a million texts would stop the page. */
const shownOf = { card: 12, panel: 200, full: 2000 } as const

/** A list of plain values in their order. */
export function ListView({ value, size, title, count }: ListProps) {
  const items = Array.isArray(value) ? value : [value]
  if (items.length === 0) return <Told text={t('views.emptyList')} />
  const shown = items.slice(0, shownOf[size])
  const all = Math.max(count ?? 0, items.length)
  return (
    <div className="list-view nowheel" role="group" tabIndex={0} aria-label={title}>
      <ol className="list-view__items" data-texts={shown.some(isLong) || undefined}>
        {shown.map((item, i) => (
          <li key={i} className="list-view__item">
            <span className="list-view__place" aria-hidden>{i + 1}</span>
            <span className="list-view__value">{plainText(item)}</span>
          </li>
        ))}
      </ol>
      {shown.length < all && <p className="list-view__more">{t('views.more', { n: all - shown.length })}</p>}
    </div>
  )
}

function isLong(item: JsonValue): boolean {
  return typeof item === 'string' && item.length > 12
}

function plainText(item: JsonValue): string {
  if (typeof item === 'number') return shortNumber(item)
  return typeof item === 'string' ? item : JSON.stringify(item)
}
