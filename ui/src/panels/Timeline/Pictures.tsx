import { address } from '../../api/http'
import { formatTime, t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { CompareView } from '../../views/CompareView'
import { picturesOf, type Picture } from '../Gallery/pictures'
import { mainText } from '../History/words'

/** Two pictures of one output. */
export interface Pair {
  then: Picture
  other: Picture
}

/**
 * The picture of a run, and that of the newest other run which has one; null if there are no two.
 *
 * Args:
 *   runs: The oldest first.
 */
export function pairOf(runs: readonly RunRecord[], run: RunRecord): Pair | null {
  const [then] = picturesOf([run])
  if (!then) return null
  for (const one of [...runs].reverse()) {
    if (one.id === run.id) continue
    const other = picturesOf([one]).find(({ artifact }) => artifact.output === then.artifact.output)
    if (other) return { then, other }
  }
  return null
}

/** How the picture of a run differs from that of the newest one. */
export function Pictures({ pair: { then, other } }: { readonly pair: Pair }) {
  return (
    <div className="timeline__pictures" role="group" aria-label={t('panels.timelinePictures')}>
      <CompareView mode="difference" before={shown(then)} after={shown(other)} />
    </div>
  )
}

const shown = ({ run, artifact }: Picture) => ({
  url: address(`artifacts/${artifact.digest}`),
  title: `${formatTime(run.created * 1000)} ${mainText(run)}`.trim(),
})
