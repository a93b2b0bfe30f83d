import { Handle, NodeResizeControl, Position, type NodeProps } from '@xyflow/react'
import { ChevronDown, ChevronRight, CornerDownRight, Pin, Snowflake } from 'lucide-react'
import { memo } from 'react'
import { CARD_MIN_WIDTH, rowsOf, type Row } from '../graph/geometry'
import { children } from '../graph/level'
import { shapeOf } from '../graph/ports'
import { handleShape, typeKind } from '../graph/types'
import { formatSeconds, t } from '../i18n/t'
import { enterLevel, useGraphs } from '../stores/graphs'
import { useKeyed } from '../stores/keyed'
import { explanations } from '../stores/plan'
import { nodeKey, nodeRuns } from '../stores/runs'
import { Widget } from '../widgets/Widget'
import { resizeCard, setParam, toggleCollapsed, unsetParam } from './actions'
import { useConnecting } from './connecting'
import type { CardData, CardNode } from './nodes'
import { Picture } from './Picture'
import { useDiffOf, useProblemsOf } from './marks'
import { statusOf } from './status'
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
  const status = statusOf(run, plan)
  const { instance, face } = data
  const classes = ['card', `card--${instance.mode || 'active'}`, data.missing ? 'card--missing' : '', diff ? `card--${diff}` : '']
  return (
    <div
      className={classes.filter(Boolean).join(' ')}
      role="group"
      tabIndex={-1}
      aria-label={face.title}
      aria-describedby={`state-${data.name}`}
      data-node={data.name}
      data-status={status}
      data-plan={plan?.status}
      data-selected={selected}
      data-problem={problems.length > 0}
      style={data.colour ? ({ '--card-tint': data.colour } as React.CSSProperties) : undefined}
    >
      <Header data={data} session={session} path={path} />
      <span id={`state-${data.name}`} className="hidden">
        {t(`canvas.status_${status}`)} {plan?.why}
      </span>
      {!data.collapsed && rowsOf(face, instance, new Set(data.fed.keys())).map((row) => (
        <PortRow key={`${row.kind}.${row.port}`} row={row} data={data} faults={problems} />
      ))}
      {data.collapsed && <Folded data={data} />}
      {data.preview > 0 && <Picture data={data} session={session} path={path} />}
      {run?.progress && run.status === 'running' && (
        <progress className="card__progress" max={run.progress.total || 1} value={run.progress.done} aria-label={t('canvas.progress')} />
      )}
      {(run?.reason || problems.some((one) => !one.port)) && (
        <div className="card__fault" role="note">
          {run?.status === 'failed' ? run.reason : problems.find((one) => !one.port)?.cure || run?.reason}
        </div>
      )}
      {selected && !data.collapsed && (
        <NodeResizeControl minWidth={CARD_MIN_WIDTH} className="card__resize" onResizeEnd={(_, box) => resizeCard(data.name, box.width, box.height)} />
      )}
    </div>
  )
})

function Header({ data, session, path }: { data: CardData; session: string; path: string }) {
  const key = nodeKey(session, path)
  const run = useKeyed(nodeRuns, key)
  const plan = useKeyed(explanations, key)
  const { instance, face, name } = data
  const Chevron = data.collapsed ? ChevronRight : ChevronDown
  const family = instance.type?.split('.')[0] ?? ''
  return (
    <header className="card__header" title={[instance.type || instance.ref || '', face.help].filter(Boolean).join('\n')}>
      <button
        type="button"
        className="card__fold nodrag"
        tabIndex={-1}
        aria-expanded={!data.collapsed}
        aria-label={t(data.collapsed ? 'canvas.expand' : 'canvas.collapse')}
        onClick={() => toggleCollapsed([name])}
      >
        <Chevron size={14} aria-hidden />
      </button>
      <span className={`card__dot card__dot--${family}`} aria-hidden />
      <span className="card__title">{face.title}</span>
      {data.pinned && <Pin size={12} className="card__icon" aria-label={t('canvas.pinned')} />}
      {instance.frozen && <Snowflake size={12} className="card__icon" aria-label={t('canvas.frozen')} />}
      {data.level && (
        <button type="button" className="card__fold nodrag" tabIndex={-1} aria-label={t('canvas.enter')} onClick={() => enterLevel(session, path)}>
          <CornerDownRight size={14} aria-hidden />
        </button>
      )}
      <Badge status={statusOf(run, plan)} seconds={run?.seconds ?? plan?.seconds ?? null} why={plan?.why ?? ''} />
    </header>
  )
}

function Badge({ status, seconds, why }: { status: ReturnType<typeof statusOf>; seconds: number | null; why: string }) {
  const told = t(`canvas.status_${status}`)
  const timed = seconds !== null && (status === 'run' || status === 'done' || status === 'pending')
  return (
    <span className={`badge badge--${status}`} title={why ? `${told}: ${why}` : told}>
      {timed ? `${status === 'done' ? '' : '~'}${formatSeconds(seconds)}` : told}
    </span>
  )
}

function PortRow({ row, data, faults }: { row: Row; data: CardData; faults: readonly { port: string; cure: string; expected: string; got: string }[] }) {
  const { instance, face, name } = data
  const out = row.kind === 'out'
  const output = out ? face.outputs[row.port] : undefined
  const input = out ? undefined : face.inputs[row.port]
  const port = output ?? input
  if (!port) return null
  const fault = out ? undefined : faults.find((one) => one.port === row.port)
  const given = data.gives.get(row.port)
  const fed = data.fed.get(row.port)
  const help = [port.help, port.type, fault ? `${fault.expected}; ${fault.got}. ${fault.cure}` : ''].filter(Boolean).join('\n')
  return (
    <div
      className={`row row--${row.kind}${fault ? ' row--fault' : ''}`}
      style={{ height: row.height }}
      data-port={row.port}
      data-side={out ? 'out' : 'in'}
      title={help}
    >
      <PortHandle name={name} port={row.port} side={out ? 'out' : 'in'} shape={port} />
      {row.kind === 'param' && input ? (
        <div className="row__widget nodrag nowheel">
          <Widget
            compact
            name={row.port}
            label={row.port}
            port={input}
            value={instance.params?.[row.port]}
            onChange={(value) => setParam(name, row.port, value)}
            onReset={() => unsetParam(name, row.port)}
          />
        </div>
      ) : (
        <span className="row__label">
          {out && given && <span className="row__exposed" title={t('canvas.givenAs', { name: given })}>{given}</span>}
          {row.port}
          {!out && input?.required && !input.param && <span aria-hidden className="row__required">•</span>}
          {!out && fed && <span className="row__exposed" title={t('canvas.fedBy', { name: fed })}>{fed}</span>}
        </span>
      )}
    </div>
  )
}

function PortHandle({ name, port, side, shape }: { name: string; port: string; side: 'in' | 'out'; shape: Parameters<typeof shapeOf>[0] }) {
  const type = shapeOf(shape)
  const drawing = useConnecting((now) => now.from !== null && now.from.side !== side)
  const valid = useConnecting((now) => now.valid?.has(`${name}.${port}`) ?? false)
  const state = drawing ? (valid ? ' port--valid' : ' port--refused') : ''
  return (
    <Handle
      id={port}
      type={side === 'in' ? 'target' : 'source'}
      position={side === 'in' ? Position.Left : Position.Right}
      className={`port port--${typeKind(type)} port--${handleShape(type)}${state}`}
      role="img"
      aria-label={`${port}, ${shape.type}`}
    />
  )
}

/** All handles of a folded card, one upon the other. */
function Folded({ data }: { data: CardData }) {
  return (
    <>
      {Object.entries(data.face.inputs).map(([port, record]) => (
        <PortHandle key={`in.${port}`} name={data.name} port={port} side="in" shape={record} />
      ))}
      {Object.entries(data.face.outputs).map(([port, record]) => (
        <PortHandle key={`out.${port}`} name={data.name} port={port} side="out" shape={record} />
      ))}
    </>
  )
}
