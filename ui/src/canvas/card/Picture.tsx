import { t } from '../../i18n/t'
import { useKeyed } from '../../stores/keyed'
import { pictureOf, pictured, results } from '../../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../../stores/runs'
import type { CardData } from '../nodes'

/** The picture at the end of a card: while it runs, the one that comes from the run; else its stored result. */
export function Picture({ data, session, path }: { data: CardData; session: string; path: string }) {
  const key = nodeKey(session, path)
  const running = useKeyed(nodeRuns, key)?.status === 'running'
  const live = useKeyed(livePictures, key)
  const stored = pictured(useKeyed(results, key))
  const source =
    live && (running || !stored) ? live : stored ? pictureOf(session, path, stored.port, stored.result.digest) : ''
  return (
    <div className="card__picture" style={{ height: data.preview }}>
      {source ? (
        <img src={source} alt={t('canvas.pictureOf', { name: data.face.title })} decoding="async" draggable={false} />
      ) : (
        <span className="card__nothing">{t('canvas.noPicture')}</span>
      )}
    </div>
  )
}
