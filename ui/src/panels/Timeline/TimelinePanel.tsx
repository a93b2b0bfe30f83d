import { ChevronLeft, ChevronRight, Columns2, Diff, GitBranch, GalleryVerticalEnd, RotateCcw } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { address } from '../../api/http'
import { diffGraphs } from '../../graph/diff'
import { formatSeconds, formatTime, t } from '../../i18n/t'
import type { Graph, RunRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { Button, IconButton } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { Skeleton } from '../../shell/Spinner'
import { useActive } from '../../stores/graphs'
import { compareWithActive } from '../DiffView/actions'
import { changesOf, comings, told } from '../DiffView/told'
import { openOverlay } from '../Files/overlay'
import { isImage, picturesOf } from '../Gallery/pictures'
import { openRun, restoreRun, runGraph } from '../History/actions'
import { createPages } from '../History/pages'
import { withReferences } from '../History/restore'
import { RunState } from '../History/RunState'
import { Thumb } from '../History/Thumb'
import { mainText } from '../History/words'
import { spent } from '../RunButton/watch'
import { pairOf, Pictures, type Pair } from './Pictures'
import './Timeline.css'

const pages = createPages()
/** How near the oldest run that is loaded one has to be for more to be loaded. */
const AHEAD = 5

/** Goes back through the runs of the shown graph: what each gave, and what differs from it to now. */
export function TimelinePanel() {
  const session = useActive()?.record.id ?? ''
  const { runs, loading, end } = pages.use()
  const [chosen, setChosen] = useState('')
  const [laidOver, setLaidOver] = useState(false)
  useEffect(() => pages.follow(), [])
  useEffect(() => {
    if (session) void pages.search({ session, state: ['done', 'failed'] })
  }, [session])
  const ordered = useMemo(() => [...runs].reverse(), [runs])
  const found = ordered.findIndex((run) => run.id === chosen)
  const place = found < 0 ? ordered.length - 1 : found
  const run = ordered[place]
  useEffect(() => {
    if (!end && !loading && runs.length > 0 && place < AHEAD) void pages.more()
  }, [place, end, loading, runs.length])
  if (!run) {
    if (loading) return <Skeleton picture={240} lines={3} />
    return (
      <Empty
        icon={GalleryVerticalEnd}
        title={t('panels.timelineEmpty')}
        text={t('panels.timelineEmptyText')}
      />
    )
  }
  const go = (to: number) => setChosen(ordered[Math.max(0, Math.min(ordered.length - 1, to))]?.id ?? '')
  return (
    <div className="timeline">
      <Stage run={run} pair={laidOver ? pairOf(ordered, run) : null} />
      <Scrubber runs={ordered} place={place} go={go} older={!end} />
      <div className="timeline__actions">
        <Button kind="primary" icon={RotateCcw} onClick={() => void restoreRun(run)}>
          {t('panels.restore')}
        </Button>
        <Button icon={GitBranch} onClick={() => void openRun(run)}>
          {t('panels.branch')}
        </Button>
        <IconButton
          icon={Diff}
          label={t('panels.diffOnCanvas')}
          onClick={() => void compareWithActive({ kind: 'run', run })}
        />
        <IconButton
          icon={Columns2}
          label={t('panels.timelinePictures')}
          pressed={laidOver}
          disabled={!pairOf(ordered, run)}
          onClick={() => setLaidOver(!laidOver)}
        />
      </div>
      <ToNow key={run.id} run={run} />
    </div>
  )
}

function Stage({ run, pair }: { readonly run: RunRecord; readonly pair: Pair | null }) {
  const pictures = picturesOf([run])
  const [picture] = pictures
  const title = mainText(run) || run.title
  return (
    <figure className="timeline__stage">
      {pair ? (
        <Pictures pair={pair} />
      ) : picture ? (
        <button
          type="button"
          className="timeline__picture"
          aria-label={t('panels.viewPicture', { output: picture.artifact.output })}
          onClick={() => openOverlay({ kind: 'viewer', pictures, at: 0 })}
        >
          <img src={address(`artifacts/${picture.artifact.digest}/thumbnail`, { size: 512 })} alt={title} />
        </button>
      ) : (
        <span className="timeline__none">
          <RunState state={run.state} />
          {run.failures[0]?.['reason'] ?? t('panels.noPicture')}
        </span>
      )}
      <figcaption className="timeline__caption">
        <span title={title}>{title}</span>
        <time dateTime={new Date(run.created * 1000).toISOString()} title={formatTime(run.created * 1000)}>
          <Ago moment={run.created * 1000} /> · {formatSeconds(spent(run))}
        </time>
      </figcaption>
    </figure>
  )
}

interface ScrubberProps {
  /** The oldest first. */
  readonly runs: readonly RunRecord[]
  readonly place: number
  readonly go: (place: number) => void
  readonly older: boolean
}

const STRIP = 7

function Scrubber({ runs, place, go, older }: ScrubberProps) {
  const begin = Math.max(0, Math.min(place - Math.floor(STRIP / 2), runs.length - STRIP))
  const run = runs[place]
  return (
    <div className="timeline__scrubber">
      <div className="timeline__slider">
        <IconButton
          icon={ChevronLeft}
          size="small"
          label={t('panels.runBefore')}
          disabled={place === 0}
          onClick={() => go(place - 1)}
        />
        <input
          type="range"
          min={0}
          max={runs.length - 1}
          value={place}
          aria-label={t('panels.timeline')}
          aria-valuetext={
            run &&
            t('panels.timelineAt', {
              place: place + 1,
              of: runs.length,
              time: formatTime(run.created * 1000),
            })
          }
          onChange={(event) => go(Number(event.target.value))}
        />
        <IconButton
          icon={ChevronRight}
          size="small"
          label={t('panels.runNext')}
          disabled={place === runs.length - 1}
          onClick={() => go(place + 1)}
        />
      </div>
      <div className="timeline__strip" aria-hidden="true">
        {runs.slice(begin, begin + STRIP).map((one, index) => (
          <button
            key={one.id}
            type="button"
            tabIndex={-1}
            data-current={begin + index === place || undefined}
            onClick={() => go(begin + index)}
          >
            <RunThumb run={one} />
          </button>
        ))}
      </div>
      <p className="timeline__count">
        {t('panels.placeOf', { place: place + 1, of: older ? `${runs.length}+` : runs.length })}
      </p>
    </div>
  )
}

function RunThumb({ run }: { readonly run: RunRecord }) {
  const artifact = run.artifacts.find(isImage)
  if (artifact) return <Thumb artifact={artifact} size={96} />
  return (
    <span className="thumb thumb--icon">
      <RunState state={run.state} />
    </span>
  )
}

const graphs = new Map<string, Graph>()
const MOST_KEPT = 50
const PAUSE = 150

/** The graph of a run; null until it is here. While somebody scrubs, nothing is fetched. */
function useRunGraph(run: string): Graph | null {
  const [graph, setGraph] = useState<Graph | null>(graphs.get(run) ?? null)
  useEffect(() => {
    if (graph) return
    let left = false
    const timer = setTimeout(() => {
      runGraph(run)
        .then((found) => {
          graphs.set(run, found)
          const [oldest] = graphs.keys()
          if (graphs.size > MOST_KEPT && oldest) graphs.delete(oldest)
          if (!left) setGraph(found)
        })
        .catch(() => undefined)
    }, PAUSE)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [run, graph])
  return graph
}

/** What would change if the run were restored. */
function ToNow({ run }: { readonly run: RunRecord }) {
  const now = useActive()?.graph
  const then = useRunGraph(run.id)
  const diff = useMemo(() => now && then && diffGraphs(now, withReferences(then, now)), [now, then])
  if (!diff) return <Skeleton lines={3} />
  const changes = changesOf(diff)
  const { added, removed } = comings(diff)
  if (diff.size === 0) return <p className="timeline__same">{t('panels.timelineSame')}</p>
  return (
    <section aria-label={t('panels.timelineDiff')}>
      <h3 className="timeline__heading">{t('panels.timelineDiff')}</h3>
      {added.length > 0 && (
        <p className="timeline__nodes">{t('panels.comesBack', { names: added.join(', ') })}</p>
      )}
      {removed.length > 0 && (
        <p className="timeline__nodes">{t('panels.goesAway', { names: removed.join(', ') })}</p>
      )}
      <table className="timeline__table">
        <thead>
          <tr>
            <th scope="col">{t('panels.columnField')}</th>
            <th scope="col">{t('panels.columnNow')}</th>
            <th scope="col">{t('panels.columnThen')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.flatMap(({ path, change }) =>
            told(change).map(({ field, title, old, now: value }) => (
              <tr key={`${path} ${field} ${title}`}>
                <th scope="row">{path ? `${path} · ${title}` : title}</th>
                <td>{old}</td>
                <td>{value}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  )
}
