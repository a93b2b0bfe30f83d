import {
  ChevronDown,
  Dices,
  FastForward,
  Grid3x3,
  Layers,
  ListStart,
  MousePointerClick,
  Pause,
  Play,
  RotateCw,
  Square,
} from 'lucide-react'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { formatSeconds, t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { Menu, type MenuEntry, type MenuItem, commandEntry } from '../../shell/Menu'
import { Tooltip } from '../../shell/Tooltip'
import { useGraphs } from '../../stores/graphs'
import { usePlans, type PlanTotals } from '../../stores/plan'
import { isOver, loopCurves, nodeRuns, pausedAt, useRuns, type ShownRun } from '../../stores/runs'
import { runCommand } from '../../stores/commands'
import { runBatch } from './actions'
import { registerRunCommands } from './commands'
import { overall } from './progress'
import { expectedOf, tellRuns } from './watch'
import './RunButton.css'

/** Runs the graph that is shown and says what that takes; while it runs, how far it is, and cancels. */
export function RunButton() {
  const session = useGraphs((state) => state.active)
  const plan = usePlans((state) => state.totals[session])
  const shown = useRuns((state) => state.shown[session])
  const waiting = useRuns((state) => state.queue.find((run) => run.session === session))
  useEffect(registerRunCommands, [])
  useEffect(tellRuns, [])
  const under = shown && !isOver(shown.record) ? shown : undefined
  const run = under?.record ?? waiting ?? shown?.record
  return (
    <div
      className="run-button"
      data-testid="run-state"
      data-state={run?.state ?? 'idle'}
      data-run={run?.id}
      role="group"
      aria-label={t('panels.runGroup')}
    >
      {under || waiting ? <CurrentPart session={session} run={run} under={under} /> : <StartPart plan={plan} disabled={session === ''} />}
      <Menu entries={entries} align="end">
        <button
          type="button"
          className="run-button__more"
          aria-label={t('panels.runMore')}
          disabled={session === ''}
        >
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      </Menu>
    </div>
  )
}

interface CurrentPartProps {
  readonly session: string
  readonly run: RunRecord | undefined
  readonly under: ShownRun | undefined
}

function CurrentPart({ session, run, under }: CurrentPartProps) {
  return run?.state === 'paused' ? <ResumePart session={session} /> : <CancelPart run={under} />
}

function StartPart({
  plan,
  disabled,
}: {
  readonly plan: PlanTotals | undefined
  readonly disabled: boolean
}) {
  const told = planText(plan)
  return (
    <Tooltip label={plan?.error || t('panels.run')} command="run.run">
      <button
        type="button"
        className="run-button__main"
        disabled={disabled}
        onClick={() => runCommand('run.run')}
      >
        <Play size={14} fill="currentColor" aria-hidden="true" />
        <span className="run-button__title">{t('panels.run')}</span>
        {told && <span className="run-button__plan">{told}</span>}
      </button>
    </Tooltip>
  )
}

/** What a run would do, in a few words. */
export function planText(plan: PlanTotals | undefined): string {
  if (!plan) return ''
  if (plan.error) return t('panels.planProblem')
  const count = plan.toRun + plan.pending
  if (count === 0) return plan.hits > 0 ? t('panels.planCached') : ''
  if (plan.seconds < 0.001) return t('panels.planCount', { n: count })
  const time = formatSeconds(plan.seconds)
  return t(plan.unknown ? 'panels.planAtLeast' : 'panels.planTime', { n: count, time })
}

function CancelPart({ run }: { readonly run: ShownRun | undefined }) {
  const now = useSeconds(run?.record.state === 'running')
  const far = run && overall(run, expectedOf(run.record.id), now)
  const running = run?.record.state === 'running'
  const pausing = useRuns((state) => running && state.pausing === run.record.id)
  const waits = useRuns((state) => state.paused) ? t('panels.queueIsPaused') : t('panels.stateQueued')
  const part = Math.round((far?.part ?? 0) * 100)
  return (
    <>
      <Tooltip label={t('panels.cancelHint')} command="run.cancel">
        <button
          type="button"
          className="run-button__main run-button__main--cancel"
          onClick={() => runCommand('run.cancel')}
        >
          {running && <span className="run-button__fill" style={{ inlineSize: `${part}%` }} />}
          <Square size={12} fill="currentColor" aria-hidden="true" />
          <span className="run-button__title">{t('panels.cancel')}</span>
          <span className="run-button__plan">{pausing ? t('panels.pausing') : running && far ? farText(far) : waits}</span>
        </button>
      </Tooltip>
      {running && <PausePart pausing={pausing} />}
    </>
  )
}

/** Pauses the run under way; until it has stopped, lets it go on. */
function PausePart({ pausing }: { readonly pausing: boolean }) {
  const Icon = pausing ? Play : Pause
  return (
    <Tooltip label={t(pausing ? 'panels.unpauseHint' : 'panels.pauseHint')} command="run.hold">
      <button
        type="button"
        className="run-button__side"
        aria-label={t(pausing ? 'panels.unpause' : 'panels.pauseRun')}
        onClick={() => runCommand('run.hold')}
      >
        <Icon size={13} fill="currentColor" aria-hidden="true" />
      </button>
    </Tooltip>
  )
}

/** Goes on with a run that was paused, or gives it up. */
function ResumePart({ session }: { readonly session: string }) {
  const turn = usePausedAt(session)
  return (
    <>
      <Tooltip label={t('panels.resumeHint')} command="run.hold">
        <button type="button" className="run-button__main" onClick={() => runCommand('run.hold')}>
          <Play size={14} fill="currentColor" aria-hidden="true" />
          <span className="run-button__title">{t('panels.resume')}</span>
          <span className="run-button__plan">{turn === undefined ? t('panels.paused') : t('panels.pausedAt', { turn })}</span>
        </button>
      </Tooltip>
      <Tooltip label={t('panels.cancelHint')} command="run.cancel">
        <button type="button" className="run-button__side" aria-label={t('panels.runCancel')} onClick={() => runCommand('run.cancel')}>
          <Square size={12} fill="currentColor" aria-hidden="true" />
        </button>
      </Tooltip>
    </>
  )
}

function usePausedAt(session: string): number | undefined {
  const subscribe = useCallback((told: () => void) => {
    const leave = [nodeRuns.subscribeAll(told), loopCurves.subscribeAll(told)]
    return () => leave.forEach((one) => one())
  }, [])
  return useSyncExternalStore(subscribe, () => pausedAt(session))
}

function farText({ done, total, left }: { done: number; total: number; left: number | null }): string {
  const count = total > 0 ? t('panels.progressOf', { done, total }) : t('panels.stateRunning')
  return left === null || left < 1
    ? count
    : t('panels.progressLeft', { count, time: formatSeconds(Math.round(left)) })
}

/** Seconds since 1970, drawn anew each second while that is asked for; a page at rest has no clock. */
export function useSeconds(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now() / 1000)
  useEffect(() => {
    if (!ticking) return
    const clock = setInterval(() => setNow(Date.now() / 1000), 1000)
    return () => clearInterval(clock)
  }, [ticking])
  return now
}

const ICONS = {
  'run.run': Play,
  'run.front': ListStart,
  'run.toSelected': MousePointerClick,
  'run.random': Dices,
  'run.force': RotateCw,
  'run.forceSelected': FastForward,
  'run.sweep': Grid3x3,
} as const

function entries(): MenuEntry[] {
  const row = (id: keyof typeof ICONS) => commandEntry(id, { icon: ICONS[id] })
  const batches: MenuItem[] = [2, 4, 8, 16].map((n) => ({
    id: `batch-${n}`,
    label: t('panels.runTimes', { n }),
    onSelect: () => void runBatch(n),
  }))
  const other = commandEntry('run.batch', { label: t('panels.runTimesOther') })
  const list: (MenuEntry | null)[] = [
    row('run.run'),
    row('run.front'),
    row('run.toSelected'),
    'line',
    row('run.random'),
    {
      id: 'batch',
      label: t('panels.runBatchMenu'),
      icon: Layers,
      entries: other ? [...batches, other] : batches,
    },
    row('run.sweep'),
    'line',
    row('run.force'),
    row('run.forceSelected'),
  ]
  return list.filter((entry) => entry !== null)
}
