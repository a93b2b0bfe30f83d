import { Scale } from 'lucide-react'
import { termsText } from '../graph/licences'
import { t } from '../i18n/t'
import type { LicenceRecord } from '../protocol'
import './licence-note.css'

/** Under which terms the weights of a family may be used; loud where that is not for everything. */
export function LicenceNote({ terms }: { readonly terms: LicenceRecord }) {
  return (
    <p className="licence-note" data-restricted={terms.restricted || undefined}>
      <Scale size={14} aria-hidden />
      <span>
        {terms.restricted && <strong>{t('widgets.restricted')}</strong>}
        {termsText(terms)}
      </span>
    </p>
  )
}
