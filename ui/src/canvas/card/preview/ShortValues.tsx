import { t } from '../../../i18n/t'
import type { JsonValue } from '../../../protocol'
import { shortNumber } from '../../../views/summary'
import { useGlimpse, type Stored } from './glimpse'

/** Numbers, yes and no: one alone, or several with their names. */
export function ShortValues({ all }: { readonly all: readonly Stored[] }) {
  return (
    <dl className="card-values" data-one={all.length === 1 || undefined}>
      {all.map((stored) => <ShortValue key={stored.port} stored={stored} alone={all.length === 1} />)}
    </dl>
  )
}

function ShortValue({ stored, alone }: { readonly stored: Stored; readonly alone: boolean }) {
  const { port, result } = stored
  // What JSON can't say, such as what is no number, is told in words
  const glimpse = useGlimpse(isTold(result.value) ? null : stored)
  const value = isTold(result.value) ? result.value : (glimpse?.summary.text ?? '')
  return (
    <div className="card-values__one">
      <dt className={alone ? 'hidden' : undefined} title={port}>{port}</dt>
      <dd title={String(value)} data-yes={value === true || undefined}>{valueText(value)}</dd>
    </div>
  )
}

const isTold = (value: JsonValue | undefined): value is number | boolean | string => value !== undefined && value !== null

function valueText(value: JsonValue): string {
  if (typeof value === 'number') return shortNumber(value)
  if (typeof value === 'boolean') return t(value ? 'views.yes' : 'views.no')
  return String(value)
}
