import { ChevronDown, ChevronRight, CircleAlert, Group, Repeat, SquareStack, StickyNote } from 'lucide-react'
import { memo } from 'react'
import { useProblemsOf } from '../../canvas/marks'
import { statusOf, type CardStatus } from '../../canvas/card/status'
import type { ItemKind, OutlineItem } from '../../graph/outline'
import { formatPercent, formatSeconds, t } from '../../i18n/t'
import { whyText } from '../../i18n/why'
import type { Explanation } from '../../protocol'
import { useKeyed } from '../../stores/keyed'
import { explanations } from '../../stores/plan'
import { results } from '../../stores/results'
import { nodeKey, nodeRuns, type NodeRun } from '../../stores/runs'
import { setOpen } from './store'

interface OutlineRowProps {
  readonly item: OutlineItem
  readonly session: string
  readonly open: boolean
  readonly current: boolean
  readonly selected: boolean
  readonly top: number
  readonly height: number
}

/**
 * An instance: what it is called, which node it is, what would become of it, and what is wrong with it; a frame
 * or note: what is written in it.
 */
export const OutlineRow = memo(function OutlineRow(props: OutlineRowProps) {
  const { item, open, current, selected, top, height } = props
  const inside = item.items.length > 0
  return (
    <div
      className={`outline-row ${item.mode ? `outline-row--${item.mode}` : ''}`}
      role="treeitem"
      data-path={item.path}
      tabIndex={current ? 0 : -1}
      aria-level={item.depth}
      aria-posinset={item.place}
      aria-setsize={item.siblings}
      aria-expanded={inside ? open : undefined}
      aria-selected={selected}
      style={{ top, height, paddingLeft: 4 + (item.depth - 1) * 16 }}
    >
      <Fold item={item} open={open} />
      <span className="outline-row__title">{item.title}</span>
      {item.type && item.kind === 'node' && <span className="outline-row__type">{item.type}</span>}
      <Kind kind={item.kind} />
      {item.mode && <span className="outline-row__mode">{t(item.mode === 'mute' ? 'left.modeMute' : 'left.modeBypass')}</span>}
      {isRun(item.kind) && <State item={item} session={props.session} />}
    </div>
  )
})

/** For the pointer; keys and screen readers have the arrow keys. */
function Fold({ item, open }: { readonly item: OutlineItem; readonly open: boolean }) {
  if (item.items.length === 0) return <span className="outline-row__fold" />
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <span
      className="outline-row__fold outline-row__fold--on"
      aria-hidden
      onClick={(event) => {
        event.stopPropagation()
        setOpen(item.path, !open)
      }}
    >
      <Chevron size={14} />
    </span>
  )
}

const KINDS = {
  loop: { icon: Repeat, name: 'left.loop' },
  subgraph: { icon: SquareStack, name: 'left.subgraph' },
  group: { icon: Group, name: 'canvas.group' },
  note: { icon: StickyNote, name: 'canvas.note' },
} as const

const isRun = (kind: ItemKind) => kind !== 'group' && kind !== 'note'

function Kind({ kind }: { readonly kind: ItemKind }) {
  if (kind === 'node') return null
  const { icon: Icon, name } = KINDS[kind]
  return (
    <span className="outline-row__kind">
      <Icon size={12} aria-hidden />
      {t(name)}
    </span>
  )
}

function State({ item, session }: { readonly item: OutlineItem; readonly session: string }) {
  const key = nodeKey(session, item.path)
  const run = useKeyed(nodeRuns, key)
  const plan = useKeyed(explanations, key)
  const problems = useProblemsOf(item.path)
  const stored = useKeyed(results, key) !== undefined
  const status = statusOf(run, plan, stored)
  return (
    <span className="outline-row__state">
      {problems.length > 0 && (
        <span className="outline-row__problems" title={problems[0]?.cure}>
          <CircleAlert size={13} aria-hidden />
          <span aria-hidden>{problems.length}</span>
          <span className="visually-hidden">{t('left.problems_n', { n: problems.length })}</span>
        </span>
      )}
      {status !== 'idle' && (
        <span className={`outline-row__status outline-row__status--${status}`} title={whyText(plan)}>
          {t(`canvas.status_${status}`)} {measureOf(status, run, plan)}
        </span>
      )}
    </span>
  )
}

/** How far it is, or how long it takes or took. */
function measureOf(status: CardStatus, run: NodeRun | undefined, plan: Explanation | undefined): string {
  const { progress } = run ?? {}
  if (status === 'running') return progress?.total ? formatPercent(progress.done / progress.total) : ''
  const seconds = status === 'run' ? plan?.seconds : status === 'done' ? run?.seconds : null
  return typeof seconds === 'number' ? formatSeconds(seconds) : ''
}
