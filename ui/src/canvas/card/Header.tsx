import { ChevronDown, ChevronRight, CornerDownRight, Pin, Snowflake } from 'lucide-react'
import { formatSeconds, t } from '../../i18n/t'
import { whyText } from '../../i18n/why'
import type { Explanation } from '../../protocol'
import { authors } from '../../stores/authors'
import { enterLevel } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { colourOf } from '../../stores/presence'
import { nodeKey, type NodeRun } from '../../stores/runs'
import { renameSelected, toggleCollapsed } from '../actions'
import type { CardData } from '../nodes'
import { ForkMark } from './ForkMark'
import type { CardStatus } from './status'

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
  const help = [instance.type || instance.ref, face.help].filter(Boolean).join('\n')
  return (
    <header className="card__header" title={help}>
      <Fold name={data.name} collapsed={data.collapsed} />
      <span className={`card__dot card__dot--${family}`} aria-hidden />
      <span className="card__title" onDoubleClick={() => void renameSelected()}>{face.title}</span>
      <Marks pinned={data.pinned} frozen={Boolean(instance.frozen)} />
      <ForkMark instance={instance} />
      <ChangedBy session={session} path={path} />
      {data.level && <Enter onEnter={() => enterLevel(session, path)} />}
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
      onClick={() => toggleCollapsed([name])}
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
