import { History as HistoryIcon } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t, type Key } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { Skeleton } from '../../shell/Spinner'
import { useGraphs } from '../../stores/graphs'
import { SearchField } from '../Library/SearchField'
import { stateKey } from './RunState'
import { RunCard } from './RunCard'
import { historyPages } from './list'
import type { RunQuery } from './query'
import { ComparingBar } from './ComparingBar'
import './History.css'

const STATES = ['done', 'failed', 'cancelled'] as const
const SPANS = ['any', 'today', 'week', 'month'] as const
type Span = (typeof SPANS)[number]

const SPAN_KEYS: Readonly<Record<Span, Key>> = {
  any: 'panels.anyTime',
  today: 'panels.today',
  week: 'panels.lastWeek',
  month: 'panels.lastMonth',
}

interface Filter {
  text: string
  state: (typeof STATES)[number] | ''
  span: Span
  all: boolean
}

/** Runs that ended, to be found again, looked at, restored, compared. */
export function HistoryPanel() {
  const session = useGraphs((state) => state.active)
  const [filter, setFilter] = useState<Filter>({ text: '', state: '', span: 'any', all: false })
  const change = (part: Partial<Filter>) => setFilter((now) => ({ ...now, ...part }))
  useEffect(() => historyPages.follow(), [])
  useEffect(() => {
    const timer = setTimeout(() => void historyPages.search(queryOf(filter, session)), filter.text ? 250 : 0)
    return () => clearTimeout(timer)
  }, [filter, session])
  return (
    <div className="history">
      <Filters filter={filter} change={change} />
      <ComparingBar />
      <List filtered={filter.text !== '' || filter.state !== '' || filter.span !== 'any'} all={filter.all} />
    </div>
  )
}

function queryOf({ text, state, span, all }: Filter, session: string): RunQuery {
  const since = sinceOf(span, new Date())
  return {
    state: state ? [state] : STATES,
    ...(text.trim() ? { text: text.trim() } : {}),
    ...(since === null ? {} : { since }),
    ...(all || !session ? {} : { session }),
  }
}

/** When a span of days began, in seconds since 1970; null when it has no beginning. */
export function sinceOf(span: Span, now: Date): number | null {
  if (span === 'any') return null
  const days = { today: 0, week: 6, month: 29 }[span]
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime() / 1000
}

function Filters({
  filter,
  change,
}: {
  readonly filter: Filter
  readonly change: (part: Partial<Filter>) => void
}) {
  return (
    <div className="history__filters" role="search" aria-label={t('panels.history')}>
      <SearchField label={t('panels.historySearch')} value={filter.text} onChange={(text) => change({ text })} />
      <div className="history__choices">
        <select
          aria-label={t('panels.filterGraph')}
          value={filter.all ? 'all' : 'this'}
          onChange={(event) => change({ all: event.target.value === 'all' })}
        >
          <option value="this">{t('panels.thisGraph')}</option>
          <option value="all">{t('panels.allGraphs')}</option>
        </select>
        <select
          aria-label={t('panels.filterState')}
          value={filter.state}
          onChange={(event) => change({ state: event.target.value as Filter['state'] })}
        >
          <option value="">{t('panels.anyState')}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {t(stateKey(state))}
            </option>
          ))}
        </select>
        <select
          aria-label={t('panels.filterTime')}
          value={filter.span}
          onChange={(event) => change({ span: event.target.value as Span })}
        >
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {t(SPAN_KEYS[span])}
            </option>
          ))}
        </select>
      </div>
    </div>
  )
}

function List({ filtered, all }: { readonly filtered: boolean; readonly all: boolean }) {
  const { runs, loading, end, error } = historyPages.use()
  if (error && runs.length === 0) {
    return (
      <Empty icon={HistoryIcon} title={t('panels.historyError')} text={error}>
        <Button onClick={() => void historyPages.search(historyPages.use.getState().query)}>
          {t('shell.retry')}
        </Button>
      </Empty>
    )
  }
  if (runs.length === 0) {
    if (loading) return <Skeleton lines={2} picture={72} />
    const text = t(
      filtered ? 'panels.historyNoneFound' : all ? 'panels.historyEmptyAll' : 'panels.historyEmptyText',
    )
    return <Empty icon={HistoryIcon} title={t('panels.historyEmpty')} text={text} />
  }
  return (
    <div className="history__list" role="feed" aria-busy={loading} aria-label={t('panels.history')}>
      {runs.map((run: RunRecord, place) => (
        <RunCard key={run.id} run={run} place={place + 1} of={end ? runs.length : -1} />
      ))}
      {!end && <More onSeen={() => void historyPages.more()} loading={loading} />}
    </div>
  )
}

/** Loads more when it comes into sight; a button for those who don't scroll. */
export function More({ onSeen, loading }: { readonly onSeen: () => void; readonly loading: boolean }) {
  const place = useRef<HTMLDivElement>(null)
  const seen = useRef(onSeen)
  useEffect(() => {
    seen.current = onSeen
  })
  useEffect(() => {
    if (!place.current || loading) return
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && seen.current(), {
      rootMargin: '300px',
    })
    watcher.observe(place.current)
    return () => watcher.disconnect()
  }, [loading])
  return (
    <div className="history__more" ref={place}>
      <Button kind="quiet" disabled={loading} onClick={onSeen}>
        {t(loading ? 'shell.loading' : 'panels.loadMore')}
      </Button>
    </div>
  )
}
