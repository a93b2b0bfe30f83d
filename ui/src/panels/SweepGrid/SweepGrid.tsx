import { Columns2, Trash2 } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Spinner } from '../../shell/Spinner'
import { cancel, isOver, useRuns } from '../../stores/runs'
import { openGraph } from '../../stores/graphs'
import { openOverlay } from '../Files/overlay'
import { useLivePicture } from '../FormView/live'
import { isImage, picturesOf } from '../Gallery/pictures'
import { stateKey } from '../History/RunState'
import { compareRun, useComparing } from '../History/comparing'
import { runEntries } from '../History/menu'
import { Thumb } from '../History/Thumb'
import { splitPort } from '../../graph/level'
import { RightClickMenu } from '../../shell/Menu'
import { followSweep, forgetSweep, useSweeps, type Swept } from './store'
import { gridOf, shown, type Axis } from './sweep'

export interface SweepGridProps {
  readonly session: string
  readonly swept: Swept
}

/** The runs of a sweep as a table; cells fill as runs end. */
export function SweepGrid({ session, swept }: SweepGridProps) {
  useEffect(() => followSweep(swept), [swept])
  const records = useSweeps((state) => state.runs)
  const { columns, rows, pages } = useMemo(() => gridOf(swept.axes), [swept])
  const runs = swept.runs.map((id) => records[id])
  const done = runs.filter((run) => run && isOver(run)).length
  const pictures = useMemo(() => picturesOf(runs.filter((run) => run !== undefined)), [runs])
  return (
    <section className="sweep-grid" aria-label={t('panels.sweepGrid')}>
      <div className="sweep-grid__head">
        <progress
          value={done}
          max={runs.length}
          aria-label={t('panels.sweepDone', { done, n: runs.length })}
        />
        <span className="sweep-grid__count">{t('panels.sweepDone', { done, n: runs.length })}</span>
        {done < runs.length && (
          <Button kind="quiet" onClick={() => void cancel(swept.batch)}>
            {t('panels.cancel')}
          </Button>
        )}
        <IconButton
          icon={Trash2}
          size="small"
          label={t('panels.sweepForget')}
          onClick={() => forgetSweep(session)}
        />
      </div>
      {pages.map((page) => (
        <div key={page.label} className="sweep-grid__page">
          {page.label && <h3 className="sweep-grid__label">{page.label}</h3>}
          <Table
            session={session}
            columns={columns}
            rows={rows}
            cells={page.cells}
            runs={runs}
            onOpen={(run) =>
              openOverlay({
                kind: 'viewer',
                pictures,
                at: pictures.findIndex((one) => one.run.id === run.id),
              })
            }
          />
        </div>
      ))}
    </section>
  )
}

interface TableProps {
  readonly session: string
  readonly columns: Axis | null
  readonly rows: Axis | null
  readonly cells: readonly (readonly number[])[]
  readonly runs: readonly (RunRecord | undefined)[]
  readonly onOpen: (run: RunRecord) => void
}

function Table({ session, columns, rows, cells, runs, onOpen }: TableProps) {
  const name = (x: number, y: number) =>
    [
      rows && `${rows.title}: ${shown(rows.values[y])}`,
      columns && `${columns.title}: ${shown(columns.values[x])}`,
    ]
      .filter(Boolean)
      .join(', ')
  return (
    <div className="sweep-grid__scroll">
      <table className="sweep-grid__table">
        <thead>
          <tr>
            {rows && <td className="sweep-grid__corner">{rows.title} ↓</td>}
            <th scope="colgroup" colSpan={columns?.values.length ?? 1} className="sweep-grid__axis">
              {columns?.title}
            </th>
          </tr>
          <tr>
            {rows && <td />}
            {columns?.values.map((value, x) => (
              <th key={x} scope="col" title={shown(value, 1000)}>
                {shown(value, 40)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((line, y) => (
            <tr key={y}>
              {rows && (
                <th scope="row" title={shown(rows.values[y], 1000)}>
                  {shown(rows.values[y], 40)}
                </th>
              )}
              {line.map((place, x) => (
                <td key={place}>
                  <Cell session={session} run={runs[place]} label={name(x, y)} onOpen={onOpen} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface CellProps {
  readonly session: string
  readonly run: RunRecord | undefined
  readonly label: string
  readonly onOpen: (run: RunRecord) => void
}

function Cell({ session, run, label, onOpen }: CellProps) {
  const comparing = useComparing((state) => state.run)
  if (!run || run.state === 'queued') {
    return (
      <span
        className="sweep-cell sweep-cell--waiting"
        role="img"
        aria-label={`${label}: ${t('panels.stateQueued')}`}
      />
    )
  }
  if (run.state === 'running') return <RunningCell session={session} run={run} label={label} />
  const artifact = run.artifacts.find(isImage) ?? run.artifacts[0]
  if (!artifact || !isImage(artifact)) {
    const text =
      run.failures[0]?.['reason'] ?? (artifact ? shown(artifact.value, 120) : t(stateKey(run.state)))
    return (
      <span className={`sweep-cell sweep-cell--${run.state}`} title={text}>
        <span className="visually-hidden">{`${label}: `}</span>
        {text}
      </span>
    )
  }
  const click = () => (comparing ? compareRun(run) : onOpen(run))
  return (
    <RightClickMenu entries={() => runEntries(run)}>
      <button type="button" className="sweep-cell" aria-label={label} title={label} onClick={click}>
        <Thumb artifact={artifact} size={512} alt={label} />
        {comparing && <Columns2 className="sweep-cell__sign" size={14} aria-hidden="true" />}
      </button>
    </RightClickMenu>
  )
}

/** A cell that is being computed: its picture so far. */
function RunningCell({
  session,
  run,
  label,
}: {
  readonly session: string
  readonly run: RunRecord
  readonly label: string
}) {
  const source = Object.values(openGraph(session)?.graph.outputs ?? {})[0] ?? ''
  const picture = useLivePicture(session, splitPort(source).name)
  const shows = useRuns((state) => state.shown[session]?.record.id === run.id)
  return (
    <span className="sweep-cell sweep-cell--running">
      {picture && shows ? (
        <img src={picture} alt={label} />
      ) : (
        <Spinner label={`${label}: ${t('panels.stateRunning')}`} />
      )}
    </span>
  )
}
