import { t } from '../../../i18n/t'
import { Tooltip } from '../../../shell/Tooltip'
import { useGlimpse, type Stored } from './glimpse'

/** Letters that are laid out in a card, and in its tip. */
const SHOWN = 400
const TIP = 1500

/** The beginning of a text; more of it in a tip, and all in the inspector. */
export function ShortText({ stored }: { readonly stored: Stored }) {
  const { value } = stored.result
  const whole = typeof value === 'string' ? value : undefined
  const glimpse = useGlimpse(whole === undefined ? stored : null)
  const text = whole ?? glimpse?.summary.text
  if (text === undefined) return null
  if (text === '') return <p className="card-text" data-empty>{t('views.emptyText')}</p>
  return (
    <Tooltip label={text.length > TIP ? `${text.slice(0, TIP)}…` : text} side="bottom">
      <p className="card-text">{text.slice(0, SHOWN)}</p>
    </Tooltip>
  )
}
