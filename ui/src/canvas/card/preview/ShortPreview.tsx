import type { ReactNode } from 'react'
import { t } from '../../../i18n/t'
import { previewIn, type PreviewKind } from '../../../graph/previewing'
import { useKeyed } from '../../../stores/keyed'
import { outdated, results } from '../../../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../../../stores/runs'
import type { CardData } from '../../nodes'
import type { Stored } from './glimpse'
import { ShortCurves } from './ShortCurves'
import { ShortFacts } from './ShortFacts'
import { ShortList } from './ShortList'
import { ShortPlot } from './ShortPlot'
import { ShortSound } from './ShortSound'
import { ShortText } from './ShortText'
import { ShortValues } from './ShortValues'
import './previews.css'

interface ShortPreviewProps {
  readonly data: CardData
  readonly session: string
  readonly path: string
}

/**
 * What an instance gave that is no picture, as its card has room for it. While it runs, the picture that comes
 * from the run; what an edit made invalid is paler, until there is another.
 */
export function ShortPreview({ data, session, path }: ShortPreviewProps) {
  const key = nodeKey(session, path)
  const now = useKeyed(results, key)
  const before = useKeyed(outdated, key)
  const live = useKeyed(livePictures, key)
  const running = useKeyed(nodeRuns, key)?.status === 'running'
  const { title, outputs } = data.face
  const { kind, ports } = previewIn(data.instance, outputs) ?? { kind: 'facts', ports: [] }
  if (kind === 'curves') return <ShortCurves session={session} path={path} title={title} />
  if (live && (running || !now)) return <img className="card-live" src={live} alt={t('canvas.pictureOf', { name: title })} draggable={false} />
  const old = now === undefined
  const found = now ?? before
  const stored = ports.flatMap((port): Stored[] => {
    const result = found?.[port]
    return result ? [{ session, path, port, result, old }] : []
  })
  const [first] = stored
  if (!first) return <Nothing low={kind === 'values' || kind === 'facts'} />
  return (
    <div
      className="card-short"
      role="group"
      aria-label={t(old ? 'canvas.formerPictureOf' : 'canvas.pictureOf', { name: title })}
      data-former={old}
      title={old ? t('canvas.former') : undefined}
    >
      {shortOf(kind, first, stored, title)}
    </div>
  )
}

/** What stands there before anything is computed; in a low row too little room is left to say it to all. */
function Nothing({ low }: { readonly low: boolean }) {
  if (!low) return <span className="card__nothing">{t('canvas.noPicture')}</span>
  return (
    <span className="card__nothing" title={t('canvas.noPicture')}>
      <span aria-hidden>—</span>
      <span className="hidden">{t('canvas.noPicture')}</span>
    </span>
  )
}

function shortOf(kind: PreviewKind, first: Stored, all: readonly Stored[], title: string): ReactNode {
  switch (kind) {
    case 'audio':
      return <ShortSound key={first.result.digest} stored={first} title={title} />
    case 'plot':
      return <ShortPlot stored={first} title={title} />
    case 'text':
      return <ShortText stored={first} />
    case 'values':
      return <ShortValues all={all} />
    case 'list':
      return <ShortList stored={first} />
    default:
      return <ShortFacts stored={first} />
  }
}
