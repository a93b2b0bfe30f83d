import { ArrowLeftRight, Diff, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { get } from '../../api/http'
import { useDiffMarks } from '../../canvas/marks'
import { lookAt } from '../../canvas/view'
import type { Change, GraphDiff, LevelDiff } from '../../graph/diff'
import { children } from '../../graph/level'
import { t, type Key } from '../../i18n/t'
import type { GraphRecord, RunRecord, VersionRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { enterLevel, useGraphs } from '../../stores/graphs'
import { select } from '../../stores/selection'
import { told } from './told'
import { sideKey, sideTitle, type Side } from './sides'
import { clearDiff, compare, useDiff } from './useDiff'
import './DiffView.css'

/** What differs between two graphs, by node. The canvas marks the nodes meanwhile. */
export function DiffPanel() {
  const { before, after, diff, error } = useDiff()
  return (
    <div className="diff">
      <Sides />
      {error && <p className="diff__error">{error}</p>}
      {!before && <Empty icon={Diff} title={t('panels.diffEmpty')} text={t('panels.diffEmptyText')} />}
      {before &&
        after &&
        diff &&
        (diff.size === 0 ? <Empty icon={Diff} title={t('panels.diffSame')} /> : <Levels diff={diff} />)}
    </div>
  )
}

/** Chooses what is compared with what. */
function Sides() {
  const { before, after } = useDiff()
  const active = useGraphs((state) => state.active)
  const sides = useSides(active)
  const now: Side = after ?? { kind: 'open', session: active }
  const all = [...sides, ...[before, after].filter((side) => side !== null)]
  const find = (key: string) => all.find((side) => sideKey(side) === key)
  const choose = (one: Side | null | undefined, other: Side) => {
    if (one) void compare(one, other)
    else clearDiff()
  }
  return (
    <div className="diff__sides">
      <SideSelect
        label={t('panels.diffBefore')}
        sides={all}
        value={before}
        onChange={(key) => choose(find(key), now)}
      />
      <SideSelect
        label={t('panels.diffAfter')}
        sides={all}
        value={now}
        onChange={(key) => choose(before, find(key) ?? now)}
      />
      {before && (
        <div className="diff__tools">
          <Button kind="quiet" icon={ArrowLeftRight} onClick={() => void compare(now, before)}>
            {t('panels.diffSwap')}
          </Button>
          <IconButton icon={X} size="small" label={t('panels.diffEnd')} onClick={clearDiff} />
        </div>
      )}
    </div>
  )
}

interface SideSelectProps {
  readonly label: string
  readonly sides: readonly Side[]
  readonly value: Side | null
  readonly onChange: (key: string) => void
}

const GROUPS: readonly [Side['kind'], Key][] = [
  ['open', 'panels.diffOpen'],
  ['version', 'panels.versions'],
  ['run', 'panels.history'],
  ['file', 'panels.files'],
]

function SideSelect({ label, sides, value, onChange }: SideSelectProps) {
  const unique = [...new Map(sides.map((side) => [sideKey(side), side])).values()]
  return (
    <label className="diff__side">
      <span>{label}</span>
      <select value={value ? sideKey(value) : ''} onChange={(event) => onChange(event.target.value)}>
        {!value && <option value="">{t('panels.diffChoose')}</option>}
        {GROUPS.map(([kind, key]) => {
          const own = unique.filter((side) => side.kind === kind)
          if (own.length === 0) return null
          return (
            <optgroup key={kind} label={t(key)}>
              {own.map((side) => (
                <option key={sideKey(side)} value={sideKey(side)}>
                  {sideTitle(side)}
                </option>
              ))}
            </optgroup>
          )
        })}
      </select>
    </label>
  )
}

/** What there is to compare the shown graph with. */
function useSides(session: string): Side[] {
  const tabs = useGraphs((state) => state.tabs)
  const [found, setFound] = useState<Side[]>([])
  useEffect(() => {
    if (!session) return
    let left = false
    const ask = async () => {
      const [versions, runs, files] = await Promise.all([
        get<VersionRecord[]>(`sessions/${session}/versions`).catch(() => []),
        get<RunRecord[]>('runs', { session, limit: 20, state: ['done', 'failed', 'cancelled'] }).catch(
          () => [],
        ),
        get<GraphRecord[]>('graphs').catch(() => []),
      ])
      if (left) return
      setFound([
        ...versions.map((version): Side => ({ kind: 'version', version })),
        ...runs.map((run): Side => ({ kind: 'run', run })),
        ...files.map((file): Side => ({ kind: 'file', name: file.name })),
      ])
    }
    void ask()
    return () => {
      left = true
    }
  }, [session])
  return [...tabs.map((tab): Side => ({ kind: 'open', session: tab })), ...found]
}

function Levels({ diff }: { readonly diff: GraphDiff }) {
  return [...diff].map(([at, level]) => (
    <section key={at} className="diff__level" aria-label={at || t('panels.diffGraph')}>
      {at && <h3 className="diff__path">{at}</h3>}
      <Level at={at} level={level} />
    </section>
  ))
}

function Level({ at, level }: { readonly at: string; readonly level: LevelDiff }) {
  return (
    <ul className="diff__list">
      {level.own.length > 0 && (
        <li className="diff__item diff__item--changed">
          <strong>{t('panels.diffGraph')}</strong>
          <Changes changes={level.own} />
        </li>
      )}
      {[...level.added].map((name) => (
        <Item key={name} at={at} name={name} mark="added" />
      ))}
      {[...level.removed].map((name) => (
        <Item key={name} at={at} name={name} mark="removed" />
      ))}
      {[...level.changed].map(([name, changes]) => (
        <Item key={name} at={at} name={name} mark="changed" changes={changes} />
      ))}
    </ul>
  )
}

const MARKS = {
  added: { sign: '+', key: 'panels.diffAdded' },
  removed: { sign: '−', key: 'panels.diffRemoved' },
  changed: { sign: '~', key: 'panels.diffChanged' },
} as const

interface ItemProps {
  readonly at: string
  readonly name: string
  readonly mark: keyof typeof MARKS
  readonly changes?: readonly Change[]
}

function Item({ at, name, mark, changes }: ItemProps) {
  const { sign, key } = MARKS[mark]
  const show = () => {
    enterLevel(useGraphs.getState().active, at)
    const ghost = useDiffMarks.getState().ghosts.find((one) => one.at === at && one.name === name)
    if (ghost) lookAt(ghost.place[0] + ghost.size[0] / 2, ghost.place[1] + ghost.size[1] / 2)
    else select([name])
  }
  return (
    <li className={`diff__item diff__item--${mark}`}>
      <button
        type="button"
        className="diff__name"
        onClick={show}
        title={t('panels.diffShow', { name: children(at, name) })}
      >
        <span className="diff__sign" aria-hidden="true">
          {sign}
        </span>
        <span>{name}</span>
        <span className="diff__mark">{t(key)}</span>
      </button>
      {changes && <Changes changes={changes} />}
    </li>
  )
}

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl className="diff__changes">
      {changes.flatMap(told).map(({ field, title, old, now }) => (
        <div key={`${field} ${title}`}>
          <dt title={field}>{title}</dt>
          <dd>
            <del aria-label={t('panels.diffOld')}>{old}</del>
            <span aria-hidden="true"> → </span>
            <ins aria-label={t('panels.diffNew')}>{now}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}
