import { entry } from '../../graph/level'
import { termsOf } from '../../graph/licences'
import type { Known } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { NodeRecord } from '../../protocol'
import { useCatalogue } from '../../stores/catalogue'
import { LicenceNote } from '../../widgets/LicenceNote'
import { Section } from './Section'

interface LicenceProps {
  readonly node: NodeRecord | undefined
  readonly name: string
  readonly known: Known
}

/** Under which terms the weights may be used that an instance loads. */
export function Licence({ node, name, known }: LicenceProps) {
  const licences = useCatalogue((state) => state.licences)
  const terms = termsOf(node, Object.values(entry(known.families, name) ?? {}), licences)
  if (terms.length === 0) return null
  return (
    <Section title={t('left.licenceOfWeights')}>
      {terms.map((one) => <LicenceNote key={one.family} terms={one} />)}
      <p className="inspector__note">{t('left.licenceHolds')}</p>
    </Section>
  )
}
