import { ChevronDown, ChevronRight, CornerDownRight, Maximize2, Minimize2, Pin, Snowflake } from 'lucide-react'
import type { MouseEvent } from 'react'
import { LOOP } from '../../graph/ports'
import { formatSeconds, t } from '../../i18n/t'
import { whyText } from '../../i18n/why'
import type { Explanation, Instance } from '../../protocol'
import { authors } from '../../stores/authors'
import { enterLevel } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { colourOf } from '../../stores/presence'
import { nodeKey, type NodeRun } from '../../stores/runs'
import { act } from '../lateActions'
import type { CardData } from '../nodes'
import { ForkMark } from './ForkMark'
import { LicenceMark } from './LicenceMark'
import type { CardStatus } from './status'
import { turnsText } from './turning'

interface HeaderProps {
  readonly data: CardData
  readonly session: string
  readonly path: string
  readonly status: CardStatus
  readonly run: NodeRun | undefined
  readonly plan: Explanation | undefined
}

export function Header({ data, session, path, status, run, plan }: HeaderProps) {
  const { instance, face } = data
  const family = instance.type?.split('.')[0] ?? ''
  const enter = () => enterLevel(session, path)
  const renamed = (event: MouseEvent) => {
    event.stopPropagation()
    act('renameSelected')
  }
  const help = [instance.type || instance.ref, face.help].filter(Boolean).join('\n')
  return (
    <header className="card__header" title={help} onDoubleClick={data.frame ? enter : undefined}>
      <Fold name={data.name} collapsed={data.collapsed} />
      <span className={`card__dot card__dot--${family}`} aria-hidden />
      <span className="card__title" onDoubleClick={renamed}>{face.title}</span>
      {data.frame && <Turns instance={instance} run={run} />}
      <Marks pinned={data.pinned} frozen={Boolean(instance.frozen)} />
      <LicenceMark instance={instance} families={data.families} />
      <ForkMark instance={instance} />
      <ChangedBy session={session} path={path} />
      {data.level && <Inside data={data} onEnter={enter} />}
      <Badge mode={instance.mode ?? ''} status={status} seconds={run?.seconds ?? plan?.seconds ?? null} why={whyText(plan)} />
    </header>
  )
}

function Fold({ name, collapsed }: { readonly name: string; readonly collapsed: boolean }) {
  const Chevron = collapsed ? ChevronRight : ChevronDown
  return (
    <button
      type="button"
      className="card__fold nodrag"
      tabIndex={-1}
      aria-expanded={!collapsed}
      aria-label={t(collapsed ? 'canvas.expand' : 'canvas.collapse')}
      onClick={() => act('toggleCollapsed', [name])}
    >
      <Chevron size={14} aria-hidden />
    </button>
  )
}

function Marks({ pinned, frozen }: { readonly pinned: boolean; readonly frozen: boolean }) {
  return (
    <>
      {pinned && <Pin size={12} className="card__icon" aria-label={t('canvas.pinned')} />}
      {frozen && <Snowflake size={12} className="card__icon" aria-label={t('canvas.frozen')} />}
    </>
  )
}

/** A dot in the colour of the one who changed the node last, when that was somebody else. */
function ChangedBy({ session, path }: { readonly session: string; readonly path: string }) {
  const author = useKeyed(authors, nodeKey(session, path))
  if (!author) return null
  const told = t('canvas.changedBy', { name: author.name || t('canvas.somebody') })
  return (
    <span className="card__author" role="img" aria-label={told} title={told} style={{ background: colourOf(author.client) }} />
  )
}

/** What can be done with what is inside of a loop or subgraph. */
function Inside({ data, onEnter }: { readonly data: CardData; readonly onEnter: () => void }) {
  return (
    <>
      {data.instance.graph && !data.collapsed && <Unfold name={data.name} framed={data.frame !== null} />}
      <Enter onEnter={onEnter} />
    </>
  )
}

/** Shows what is inside on the canvas, or in small on a card. */
function Unfold({ name, framed }: { readonly name: string; readonly framed: boolean }) {
  const label = t(framed ? 'canvas.foldFrame' : 'canvas.unfoldFrame')
  const Icon = framed ? Minimize2 : Maximize2
  return (
    <button type="button" className="card__fold nodrag" tabIndex={-1} aria-label={label} title={label} aria-pressed={framed} onClick={() => act('toggleFramed', [name])}>
      <Icon size={13} aria-hidden />
    </button>
  )
}

/** How often a loop turns, or at which turn it is. */
function Turns({ instance, run }: { readonly instance: Instance; readonly run: NodeRun | undefined }) {
  return <span className="unfolded__turns">{instance.type === LOOP && `↻ ${turnsText(instance, run)}`}</span>
}

function Enter({ onEnter }: { readonly onEnter: () => void }) {
  const label = t('canvas.enter')
  return (
    <button type="button" className="card__fold nodrag" tabIndex={-1} aria-label={label} title={label} onClick={onEnter}>
      <CornerDownRight size={14} aria-hidden />
    </button>
  )
}

const TIMED: ReadonlySet<CardStatus> = new Set(['run', 'done', 'pending'])

interface BadgeProps {
  readonly mode: string
  readonly status: CardStatus
  readonly seconds: number | null
  readonly why: string
}

/** Whether the node takes part at all, else what becomes or became of it. */
function Badge({ mode, status, seconds, why }: BadgeProps) {
  if (mode === 'bypass' || mode === 'mute') return <span className="badge badge--off">{t(`canvas.status_${mode}`)}</span>
  const told = t(`canvas.status_${status}`)
  const time = seconds !== null && TIMED.has(status) ? `${status === 'done' ? '' : '~'}${formatSeconds(seconds)}` : ''
  return (
    <span className={`badge badge--${status}`} title={why ? `${told}: ${why}` : told}>
      {status === 'unneeded' ? '–' : time || told}
    </span>
  )
}
