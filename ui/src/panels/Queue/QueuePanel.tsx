import { Ban, ChevronsUp, GripVertical, ListChecks, Pause, Play, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { formatSeconds, t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { announce } from '../../shell/announce'
import { Button, IconButton } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { cancel, cancelAll, moveRun, pauseQueue, pauseRun, resumeRun, useRuns } from '../../stores/runs'
import { changesText, differing, nameOf, otherValues, placeTitle, titleOf } from '../History/words'
import { RunState } from '../History/RunState'
import { Thumb } from '../History/Thumb'
import { useSeconds } from '../RunButton/RunButton'
import { leftText, overall } from '../RunButton/progress'
import { expectedOf, spent } from '../RunButton/watch'
import { shown as valueText } from '../SweepGrid/sweep'
import { beforeOf, groupsOf, handleOf, type Group } from './groups'
import './Queue.css'

const ENDED = 4

/** What runs, what waits and in which order, and what ended just now. */
export function QueuePanel() {
  const queue = useRuns((state) => state.queue)
  const paused = useRuns((state) => state.paused)
  const ended = useRuns((state) => state.ended)
  const running = queue.filter((run) => run.state === 'running')
  const held = queue.filter((run) => run.state === 'paused')
  const groups = groupsOf(queue)
  return (
    <div className="queue">
      {paused && (
        <div className="queue__paused" role="status">
          <span>{t('panels.queueIsPaused')}</span>
          <Button icon={Play} onClick={() => void pauseQueue(false)}>
            {t('panels.goOn')}
          </Button>
        </div>
      )}
      {queue.length === 0 && (
        <Empty icon={ListChecks} title={t('panels.queueEmpty')} text={t('panels.queueEmptyText')} />
      )}
      {running.map((run) => (
        <Running key={run.id} run={run} />
      ))}
      {held.length > 0 && <Held runs={held} />}
      {groups.length > 0 && <Waiting groups={groups} />}
      {ended.length > 0 && <Ended runs={ended.slice(0, ENDED)} />}
    </div>
  )
}

/** Buttons of the panel's header. */
export function QueueTools() {
  const paused = useRuns((state) => state.paused)
  const none = useRuns((state) => state.queue.length === 0)
  return (
    <>
      <IconButton
        icon={paused ? Play : Pause}
        size="small"
        label={t(paused ? 'panels.queueResume' : 'panels.queuePause')}
        onClick={() => void pauseQueue(!paused)}
      />
      <IconButton
        icon={Ban}
        size="small"
        label={t('panels.queueCancelAll')}
        disabled={none}
        onClick={() => void cancelAll()}
      />
    </>
  )
}

const spentText = (seconds: number) => (seconds < 1 ? '' : formatSeconds(Math.floor(seconds)))

/** What tells a run from others of its title. */
const detailOf = (run: RunRecord) => changesText(run) || otherValues(run)

function Running({ run }: { readonly run: RunRecord }) {
  const shown = useRuns((state) => state.shown[run.session])
  const now = useSeconds(true)
  const far = shown?.record.id === run.id ? overall(shown, expectedOf(run.id), now) : null
  const percent = far ? Math.round(far.part * 100) : undefined
  return (
    <section className="queue__running" aria-label={t('panels.queueRunning')}>
      <div className="queue__row">
        <RunState state="running" />
        <span className="queue__title">{titleOf(run)}</span>
        <PauseOne run={run} />
        <IconButton
          icon={X}
          size="small"
          label={t('panels.cancelRun', { title: nameOf(run) })}
          onClick={() => void cancel(run.id)}
        />
      </div>
      <div
        className="queue__bar"
        role="progressbar"
        aria-label={nameOf(run)}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span style={{ inlineSize: `${percent ?? 0}%` }} />
      </div>
      {changesText(run) && <p className="queue__detail">{changesText(run)}</p>}
      <p className="queue__detail">
        <span>
          {far && far.total > 0
            ? t('panels.progressNodes', { done: far.done, n: far.total })
            : t('panels.stateRunning')}
        </span>
        <span>{leftText(far) || spentText(spent(run, now))}</span>
      </p>
    </section>
  )
}

/** Pauses the run under way; until it has stopped, lets it go on. */
function PauseOne({ run }: { readonly run: RunRecord }) {
  const pausing = useRuns((state) => state.pausing === run.id)
  return (
    <IconButton
      icon={pausing ? Play : Pause}
      size="small"
      label={t(pausing ? 'panels.unpauseOne' : 'panels.pauseOne', { title: nameOf(run) })}
      onClick={() => void (pausing ? resumeRun : pauseRun)(run.id)}
    />
  )
}

/** What was paused; it goes on when it is told to. */
function Held({ runs }: { readonly runs: readonly RunRecord[] }) {
  return (
    <section aria-label={t('panels.statePaused')}>
      <h3 className="queue__heading">{t('panels.statePaused')}</h3>
      <ul className="queue__list">
        {runs.map((run) => (
          <li key={run.id} className="queue__entry queue__entry--ended">
            <div className="queue__row">
              <RunState state="paused" />
              <span className="queue__title">{titleOf(run)}</span>
              <IconButton
                icon={Play}
                size="small"
                label={t('panels.resumeOne', { title: nameOf(run) })}
                onClick={() => void resumeRun(run.id)}
              />
              <IconButton
                icon={X}
                size="small"
                label={t('panels.cancelRun', { title: nameOf(run) })}
                onClick={() => void cancel(run.id)}
              />
            </div>
            <p className="queue__detail">{detailOf(run)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What waits; entries are moved by dragging them, or with the arrow keys on their handles. */
function Waiting({ groups }: { readonly groups: readonly Group[] }) {
  const [over, setOver] = useState<number | null>(null)
  const dragged = useRef<number | null>(null)
  const refocus = useRef('')
  const list = useRef<HTMLOListElement>(null)
  const ids = groups.map((group) => group.id)
  const order = ids.join()

  // The browser drops the focus of an element that is put elsewhere in the page.
  useEffect(() => {
    if (!refocus.current) return
    list.current?.querySelector<HTMLElement>(`[data-handle="${refocus.current}"]`)?.focus()
    refocus.current = ''
  }, [order])

  const move = (from: number, to: number) => {
    const group = groups[from]
    const before = beforeOf(ids, from, to)
    if (!group || before === null) return
    refocus.current = document.activeElement?.hasAttribute('data-handle') ? group.id : ''
    void moveRun(handleOf(group), before).then(() => {
      const place = Math.max(0, Math.min(ids.length - 1, to)) + 1
      announce(t('panels.movedTo', { place, of: ids.length }))
    })
  }

  return (
    <section aria-label={t('panels.queueWaiting')}>
      <h3 className="queue__heading">{t('panels.queueWaiting')}</h3>
      <p id="queue-move-hint" className="visually-hidden">
        {t('panels.queueMoveHint')}
      </p>
      <ol className="queue__list" ref={list}>
        {groups.map((group, place) => (
          <Entry
            key={group.id}
            group={group}
            over={over === place}
            onMove={(to) => move(place, to)}
            place={place}
            onDragStart={() => (dragged.current = place)}
            onDragOver={() => setOver(place)}
            onDragEnd={() => setOver(null)}
            onDrop={() => {
              setOver(null)
              if (dragged.current !== null) move(dragged.current, place)
            }}
          />
        ))}
      </ol>
    </section>
  )
}

interface EntryProps {
  readonly group: Group
  readonly place: number
  readonly over: boolean
  readonly onMove: (to: number) => void
  readonly onDragStart: () => void
  readonly onDragOver: () => void
  readonly onDragEnd: () => void
  readonly onDrop: () => void
}

function Entry({ group, place, over, onMove, onDragStart, onDragOver, onDragEnd, onDrop }: EntryProps) {
  const [first] = group.runs
  if (!first) return null
  const batch = group.runs.length > 1
  const title = titleOf(first)
  const name = nameOf(first)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    onDrop()
  }
  const allow = (event: DragEvent) => {
    event.preventDefault()
    onDragOver()
  }
  return (
    <li
      className="queue__entry"
      data-over={over || undefined}
      draggable
      onDragStart={onDragStart}
      onDragOver={allow}
      onDragEnd={onDragEnd}
      onDrop={drop}
    >
      <div className="queue__row">
        <Handle id={group.id} title={name} place={place} onMove={onMove} />
        <span className="queue__title">{title}</span>
        {batch && <span className="queue__count">{t('panels.timesCount', { n: group.runs.length })}</span>}
        <IconButton
          icon={ChevronsUp}
          size="small"
          label={t('panels.moveFront', { title: name })}
          disabled={place === 0}
          onClick={() => onMove(0)}
        />
        <IconButton
          icon={X}
          size="small"
          label={t(batch ? 'panels.cancelBatch' : 'panels.cancelRun', { title: name })}
          onClick={() => void cancel(batch ? first.batch : first.id)}
        />
      </div>
      {batch ? <BatchRuns runs={group.runs} /> : <p className="queue__detail">{detailOf(first)}</p>}
    </li>
  )
}

interface HandleProps {
  readonly id: string
  readonly title: string
  readonly place: number
  readonly onMove: (to: number) => void
}

function Handle({ id, title, place, onMove }: HandleProps) {
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: Infinity }[event.key]
    if (to === undefined) return
    event.preventDefault()
    onMove(to)
  }
  return (
    <button
      type="button"
      className="queue__handle"
      data-handle={id}
      aria-label={t('panels.moveRun', { title, place: place + 1 })}
      aria-describedby="queue-move-hint"
      onKeyDown={keys}
    >
      <GripVertical size={14} aria-hidden="true" />
    </button>
  )
}

function BatchRuns({ runs }: { readonly runs: readonly RunRecord[] }) {
  const names = differing(runs)
  return (
    <details className="queue__batch">
      <summary>{t('panels.showBatch')}</summary>
      <ul>
        {runs.map((run) => {
          const values = names
            .map((name) => `${placeTitle(name, true)} ${valueText(run.values[name], 40)}`)
            .join(' · ')
          return (
            <li key={run.id} className="queue__row">
              <span className="queue__title queue__title--plain">{values || titleOf(run)}</span>
              <IconButton
                icon={X}
                size="small"
                label={t('panels.cancelRun', { title: values })}
                onClick={() => void cancel(run.id)}
              />
            </li>
          )
        })}
      </ul>
    </details>
  )
}

function Ended({ runs }: { readonly runs: readonly RunRecord[] }) {
  const clear = () => useRuns.setState({ ended: [] })
  return (
    <section aria-label={t('panels.queueEnded')}>
      <div className="queue__row queue__row--heading">
        <h3 className="queue__heading">{t('panels.queueEnded')}</h3>
        <IconButton icon={Trash2} size="small" label={t('panels.queueClearEnded')} onClick={clear} />
      </div>
      <ul className="queue__list">
        {runs.map((run) => (
          <li key={run.id} className="queue__entry queue__entry--ended">
            <div className="queue__row">
              <RunState state={run.state} />
              <span className="queue__title">{titleOf(run)}</span>
              <span className="queue__time">{run.started === null ? '' : formatSeconds(spent(run))}</span>
            </div>
            <p className="queue__detail">{detailOf(run)}</p>
            {run.artifacts.length > 0 && (
              <div className="queue__thumbs">
                {run.artifacts.slice(0, 4).map((artifact) => (
                  <Thumb
                    key={`${artifact.output}-${artifact.index}`}
                    artifact={artifact}
                    size={128}
                    alt={artifact.output}
                  />
                ))}
              </div>
            )}
            {run.failures[0] && <p className="queue__error">{run.failures[0]['reason']}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}
