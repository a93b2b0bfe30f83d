import { Scale } from 'lucide-react'
import { termsOf, termsText } from '../../graph/licences'
import { t } from '../../i18n/t'
import { useCatalogue } from '../../stores/catalogue'
import type { CardData } from '../nodes'

/** That the weights which a node loads, or is for, may not be used for everything. */
export function LicenceMark({ instance, families }: Pick<CardData, 'instance' | 'families'>) {
  const node = useCatalogue(({ catalogue }) => catalogue.nodes.get(instance.type ?? ''))
  const licences = useCatalogue((state) => state.licences)
  const restricted = termsOf(node, families, licences).filter((one) => one.restricted)
  if (restricted.length === 0) return null
  const told = t('canvas.restricted', { licence: restricted.map(termsText).join('; ') })
  return (
    <span className="card__licence" role="img" aria-label={told} title={told}>
      <Scale size={12} aria-hidden />
    </span>
  )
}
