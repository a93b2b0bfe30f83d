import { useState } from 'react'
import { t } from '../../i18n/t'
import { useKeyed } from '../../stores/keyed'
import { pictureOf, outdated, pictured, results } from '../../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../../stores/runs'
import type { CardData } from '../nodes'

/**
 * The picture at the end of a card: while it runs, the one that comes from the run; else its stored result; when
 * an edit made that invalid, the one from before, paler, until there is another.
 */
export function Picture({ data, session, path }: { data: CardData; session: string; path: string }) {
  const key = nodeKey(session, path)
  const running = useKeyed(nodeRuns, key)?.status === 'running'
  const live = useKeyed(livePictures, key)
  const stored = pictured(useKeyed(results, key))
  const former = pictured(useKeyed(outdated, key))
  // The server no longer has an address for the former one: it is the browser that kept it, most often.
  const [gone, setGone] = useState('')
  const addressOf = (one: typeof stored) => (one ? pictureOf(session, path, one.port, one.result.digest) : '')
  const current = live && (running || !stored) ? live : addressOf(stored)
  const source = current || addressOf(former)
  const old = current === ''
  return (
    <div className="card__picture" style={{ top: data.size.least - data.preview }}>
      {source && source !== gone ? (
        <img
          src={source}
          alt={t(old ? 'canvas.formerPictureOf' : 'canvas.pictureOf', { name: data.face.title })}
          data-former={old}
          decoding="async"
          draggable={false}
          onError={() => setGone(source)}
        />
      ) : (
        <span className="card__nothing">{t('canvas.noPicture')}</span>
      )}
      {old && source && source !== gone && <span className="card__former">{t('canvas.former')}</span>}
    </div>
  )
}
