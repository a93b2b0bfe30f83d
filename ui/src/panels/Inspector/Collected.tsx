import { t } from '../../i18n/t'
import { useKeyed } from '../../stores/keyed'
import { livePictures, nodeKey } from '../../stores/runs'
import { useLoopCurves } from '../../stores/useLoopCurves'
import { isEmpty } from '../../views/curves'
import { CurvesView } from '../../views/CurvesView'
import type { LoopPlace } from './loops'
import { Section } from './Section'

interface CollectedProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly title: string
}

/** What a loop collects in numbers, turn by turn, and the picture that it showed last; nothing where there is neither. */
export function Collected({ session, loop, title }: CollectedProps) {
  const found = useLoopCurves(session, loop.path)
  const live = useKeyed(livePictures, nodeKey(session, loop.path))
  if (!found || isEmpty(found.curves)) return null
  return (
    <Section title={title}>
      {found.former && <p className="kept-turns__note">{t('canvas.former')}</p>}
      <CurvesView curves={found.curves} title={loop.name} />
      {live && <img className="kept-turns__live" src={live} alt={t('canvas.pictureOf', { name: loop.name })} />}
    </Section>
  )
}
