import { NodeResizeControl, type NodeProps } from '@xyflow/react'
import { memo, type CSSProperties } from 'react'
import { CARD_MIN_WIDTH, rowsOf } from '../../graph/geometry'
import { children, within } from '../../graph/level'
import { LOOP } from '../../graph/ports'
import { t } from '../../i18n/t'
import { whyText } from '../../i18n/why'
import type { ProblemRecord } from '../../protocol'
import { useGraphs } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { explanations } from '../../stores/plan'
import { results } from '../../stores/results'
import { nodeKey, nodeRuns, type NodeRun } from '../../stores/runs'
import { useDiffOf, useProblemsOf, type DiffMark } from '../marks'
import type { CardData, CardNode } from '../nodes'
import { Body } from './Body'
import { Frame } from './Frame'
import { Header } from './Header'
import { Folded, PortRow } from './PortRow'
import { Preview } from './Preview'
import { framesAround, statusInside, statusOf, type CardStatus } from './status'
import './card.css'

/** A node on the canvas: its ports, the values typed into them, how far it is and what it gave. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const session = useGraphs((now) => now.active)
  const at = useGraphs((now) => now.open[now.active]?.at ?? '')
  const path = children(at, data.name)
  const key = nodeKey(session, path)
  const run = useKeyed(nodeRuns, key)
  const plan = useKeyed(explanations, key)
  const problems = useProblemsOf(path)
  const diff = useDiffOf(path)
  const [nearest, outermost] = framesAround(data.name)
  const keyOf = (frame: string) => frame && nodeKey(session, within(at, frame))
  const status = statusInside(useStatus(key), useStatus(keyOf(nearest)), useStatus(keyOf(outermost)))
  return (
    <div
      className={classesOf(data, diff)}
      role="group"
      tabIndex={-1}
      aria-label={data.face.title}
      aria-describedby={`state-${data.name}`}
      data-node={data.name}
      data-status={status}
      data-plan={plan?.status}
      data-selected={selected}
      data-problem={problems.length > 0}
      style={data.colour ? ({ '--card-tint': data.colour } as CSSProperties) : undefined}
    >
      <Header data={data} session={session} path={path} status={status} run={run} plan={plan} />
      <span id={`state-${data.name}`} hidden>
        {t(`canvas.status_${status}`)} {whyText(plan)}
      </span>
      {data.frame ? <Frame data={data} frame={data.frame} session={session} path={path} faults={problems} /> : <Card data={data} session={session} path={path} faults={problems} />}
      <Progress run={run} />
      {!data.frame && <Fault run={run} problems={problems} />}
      {selected && !data.collapsed && !data.frame && (
        <NodeResizeControl
          minWidth={CARD_MIN_WIDTH}
          minHeight={data.size.least}
          className="card__resize"
        />
      )}
    </div>
  )
})

/** What becomes or became of an instance; idle for none. */
function useStatus(key: string): CardStatus {
  return statusOf(useKeyed(nodeRuns, key), useKeyed(explanations, key), useKeyed(results, key) !== undefined)
}

function classesOf({ instance, missing, frame }: CardData, diff: DiffMark | undefined): string {
  const classes = ['card', `card--${instance.mode || 'active'}`]
  if (frame) classes.push('unfolded')
  if (missing) classes.push('card--missing')
  if (instance.type === LOOP) classes.push('card--loop')
  if (diff) classes.push(`card--${diff}`)
  return classes.join(' ')
}

interface CardProps {
  readonly data: CardData
  readonly session: string
  readonly path: string
  readonly faults: readonly ProblemRecord[]
}

/** What is below the header of a card that is no frame. */
function Card({ data, session, path, faults }: CardProps) {
  return (
    <>
      {data.collapsed ? <Folded data={data} /> : <Rows data={data} faults={faults} />}
      {data.body > 0 && <Body data={data} session={session} path={path} />}
      {data.preview > 0 && <Preview data={data} session={session} path={path} />}
    </>
  )
}

function Rows({ data, faults }: { readonly data: CardData; readonly faults: readonly ProblemRecord[] }) {
  const rows = rowsOf(data.face, data.instance, data.led)
  return rows.map((row) => <PortRow key={`${row.kind}.${row.port}`} row={row} data={data} faults={faults} />)
}

function Progress({ run }: { readonly run: NodeRun | undefined }) {
  if ((run?.status !== 'running' && run?.status !== 'paused') || !run.progress) return null
  const { done, total } = run.progress
  return <progress className="card__progress" max={total || 1} value={done} aria-label={t('canvas.progress')} />
}

/** What is wrong with the node as a whole; what is wrong with a port stands at the port. */
function Fault({ run, problems }: { readonly run: NodeRun | undefined; readonly problems: readonly ProblemRecord[] }) {
  const failed = run?.status === 'failed' ? run.reason : ''
  const problem = problems.find((one) => !one.port)
  const said = failed || (problem ? t('left.problem', { expected: problem.expected, got: problem.got, cure: problem.cure }) : '')
  if (!said) return null
  return (
    <div className="card__fault" role="note">
      <span className="card__said" title={said}>
        {said}
      </span>
    </div>
  )
}
