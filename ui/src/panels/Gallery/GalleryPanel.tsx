import { Images } from 'lucide-react'
import { useEffect, useMemo, useState, type KeyboardEvent } from 'react'
import { formatTime, t } from '../../i18n/t'
import { Empty } from '../../shell/Empty'
import { Skeleton } from '../../shell/Spinner'
import { useGraphs } from '../../stores/graphs'
import { openOverlay } from '../Files/overlay'
import { ComparingBar } from '../History/ComparingBar'
import { compareRun, useComparing } from '../History/comparing'
import { More } from '../History/HistoryPanel'
import { Thumb } from '../History/Thumb'
import { mainText } from '../History/words'
import { galleryPages } from './pages'
import { pictureKey, picturesOf, type Picture } from './pictures'
import './Gallery.css'

/** Every picture of the history as a grid. */
export function GalleryPanel() {
  const session = useGraphs((state) => state.active)
  const [own, setOwn] = useState(false)
  const { runs, loading, end } = galleryPages.use()
  const pictures = useMemo(() => picturesOf(runs), [runs])
  useEffect(() => galleryPages.follow(), [])
  useEffect(() => {
    void galleryPages.search({ state: ['done', 'failed'], ...(own && session ? { session } : {}) })
  }, [own, session])
  return (
    <div className="gallery">
      <label className="gallery__own">
        <input type="checkbox" checked={own} onChange={(event) => setOwn(event.target.checked)} />
        {t('panels.onlyThisGraph')}
      </label>
      <ComparingBar />
      {pictures.length > 0 && <Grid pictures={pictures} />}
      {pictures.length === 0 && loading && <Skeleton lines={0} picture={160} />}
      {pictures.length === 0 && end && !loading && (
        <Empty icon={Images} title={t('panels.galleryEmpty')} text={t('panels.galleryEmptyText')} />
      )}
      {!end && <More loading={loading} onSeen={() => void galleryPages.more()} />}
    </div>
  )
}

/** Pictures, of which one takes the focus by Tab and the arrow keys go to the others. */
function Grid({ pictures }: { readonly pictures: readonly Picture[] }) {
  const [current, setCurrent] = useState(0)
  const chosen = useComparing((state) => state.run?.id)
  const focus = Math.min(current, pictures.length - 1)
  const press = (at: number) => {
    const run = pictures[at]?.run
    if (run && chosen !== undefined && chosen !== run.id) compareRun(run)
    else openOverlay({ kind: 'viewer', pictures, at })
  }
  const keys = (event: KeyboardEvent<HTMLUListElement>) => {
    const to = target(event.key, focus, pictures.length, columnsOf(event.currentTarget))
    if (to === null) return
    event.preventDefault()
    setCurrent(to)
    event.currentTarget.querySelectorAll<HTMLElement>('button')[to]?.focus()
  }
  return (
    <ul className="gallery__grid" onKeyDown={keys} aria-label={t('panels.gallery')}>
      {pictures.map((picture, at) => {
        const label = t('panels.pictureOf', {
          what: mainText(picture.run) || picture.run.title || picture.artifact.output,
          time: formatTime(picture.run.created * 1000),
        })
        return (
          <li key={pictureKey(picture)}>
            <button
              type="button"
              className="gallery__picture"
              tabIndex={at === focus ? 0 : -1}
              aria-label={label}
              title={label}
              onFocus={() => setCurrent(at)}
              data-chosen={picture.run.id === chosen || undefined}
              onClick={() => press(at)}
            >
              <Thumb artifact={picture.artifact} />
            </button>
          </li>
        )
      })}
    </ul>
  )
}

const columnsOf = (grid: HTMLElement) => getComputedStyle(grid).gridTemplateColumns.split(' ').length

/** Where a key leads to in a grid; null for keys that lead nowhere. */
export function target(key: string, from: number, count: number, columns: number): number | null {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key]
  if (step !== undefined) return from + step >= 0 && from + step < count ? from + step : from
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : null
}
