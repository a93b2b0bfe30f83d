import { useState } from 'react'
import { pictureGiven } from '../../graph/loading'
import { t } from '../../i18n/t'
import { examples, pictureOfExample, type Example } from '../../stores/examples'
import { useKeyed } from '../../stores/keyed'
import { pictureOf, outdated, pictured, results } from '../../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../../stores/runs'
import { thumbOf } from '../../widgets/thumbs'
import type { CardData } from '../nodes'

/** What a picture is for those who don't see it, and what stands on it. */
const MARKS = {
  current: ['canvas.pictureOf', ''],
  given: ['canvas.pictureFor', ''],
  example: ['canvas.exampleOf', 'canvas.example'],
  former: ['canvas.formerPictureOf', 'canvas.former'],
} as const

/** Where the picture is that is shown, and which one it is. */
function chosen(current: string, former: string, example: Example | undefined, given: string): [string, keyof typeof MARKS] {
  if (current) return [current, 'current']
  if (given) return [given, 'given']
  if (example && !example.former) return [pictureOfExample(example), 'example']
  return [former || (example ? pictureOfExample(example) : ''), 'former']
}

/** Where the picture is that an instance is given by a param. */
function givenTo({ instance, face }: CardData): string {
  const given = pictureGiven(instance, face)
  return given ? (thumbOf(given.file, 256) ?? '') : ''
}

/**
 * The picture at the end of a card: while it runs, the one that comes from the run; else its stored result, else the
 * file that it is given to load, else the example that came with the graph; when an edit made these invalid, the one from before, paler, until there is
 * another.
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
  const [source, kind] = chosen(current, addressOf(former), useKeyed(examples, key), givenTo(data))
  const [alt, mark] = MARKS[kind]
  return (
    <div className="card__picture" style={{ top: data.size.least - data.preview }}>
      {source && source !== gone ? (
        <img
          src={source}
          alt={t(alt, { name: data.face.title })}
          data-former={kind === 'former'}
          decoding="async"
          draggable={false}
          onError={() => setGone(source)}
        />
      ) : (
        <span className="card__nothing">{t('canvas.noPicture')}</span>
      )}
      {mark && source && source !== gone && <span className="card__mark">{t(mark)}</span>}
    </div>
  )
}
