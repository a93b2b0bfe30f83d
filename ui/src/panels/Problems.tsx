import { CircleAlert, CircleCheck, ShieldAlert } from 'lucide-react'
import { useEffect } from 'react'
import { t } from '../i18n/t'
import { Empty } from '../shell/Empty'
import { useActive, useGraphs } from '../stores/graphs'
import { useProblems } from '../stores/problems'
import { useRuns } from '../stores/runs'
import { ProblemText } from './Problems/ProblemText'
import { failuresOf } from './Problems/failures'
import { goTo } from './Outline/reveal'
import { useRoving } from './Library/useRoving'
import './Problems.css'

/** What is wrong with the graph, and what failed in its last run; each leads to where it is. */
export default function Problems() {
  const session = useGraphs((state) => state.active)
  const graph = useActive()
  const run = useRuns((state) => state.shown[session]?.record)
  const problems = useProblems()
  const failures = failuresOf(run)
  const keys = [...problems.map((_, place) => `problem ${place}`), ...failures.map((_, place) => `failure ${place}`)]
  const { current, setCurrent, onKeyDown } = useRoving(keys)
  useEffect(() => setCurrent(''), [session, setCurrent])
  if (!graph) return <Empty icon={CircleCheck} title={t('left.nothingOpen')} />
  if (keys.length === 0) {
    return <Empty icon={CircleCheck} title={t('left.noProblems')} text={t('left.noProblemsText')} />
  }
  return (
    <div className="problems" onKeyDown={onKeyDown}>
      <ul aria-label={t('left.problems')}>
        {problems.map((problem, place) => (
          <Row
            key={place}
            row={`problem ${place}`}
            current={current}
            path={problem.instance}
            onFocus={setCurrent}
          >
            <ProblemText problem={problem} />
          </Row>
        ))}
      </ul>
      {failures.length > 0 && (
        <>
          <h3 className="problems__heading">
            <ShieldAlert size={14} aria-hidden />
            {t('left.failedInRun')}
          </h3>
          <ul aria-label={t('left.failedInRun')}>
            {failures.map(({ instance, reason }, place) => (
              <Row key={place} row={`failure ${place}`} current={current} path={instance} onFocus={setCurrent}>
                {reason}
              </Row>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

interface RowProps {
  readonly row: string
  readonly current: string
  readonly path: string
  readonly onFocus: (row: string) => void
  readonly children: React.ReactNode
}

function Row({ row, current, path, onFocus, children }: RowProps) {
  return (
    <li>
      <button
        type="button"
        className="problems__row"
        data-row={row}
        tabIndex={row === current ? 0 : -1}
        onFocus={() => onFocus(row)}
        onClick={() => goTo(path)}
      >
        <CircleAlert size={15} aria-hidden />
        <span>
          <span className="problems__place">{path || t('left.graph')}</span>
          <span className="problems__text">{children}</span>
        </span>
      </button>
    </li>
  )
}
