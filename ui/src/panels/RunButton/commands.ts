/** Commands for running, and Escape pressed twice. */

import { t } from '../../i18n/t'
import { announce } from '../../shell/announce'
import { prompt } from '../../shell/ask'
import { registerCommands, type Command } from '../../stores/commands'
import { useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { cancelAll, pauseQueue, useRuns } from '../../stores/runs'
import { openOverlay } from '../Files/overlay'
import {
  cancelCurrent,
  currentRun,
  pauseOrResume,
  run,
  runBatch,
  runForced,
  runRandom,
  forgetSelected,
  runSelected,
  selectedPaths,
} from './actions'

const MOST = 200
const TWICE = 700

const hasGraph = () => useGraphs.getState().active !== ''
const hasSelected = () => selectedPaths().length > 0

/** The field that somebody types in settles what it holds, and keeps the focus. */
function settleTyping(): void {
  const field = document.activeElement
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return
  field.blur()
  field.focus({ preventScroll: true })
}

const settled = (action: () => Promise<unknown>) => async () => {
  settleTyping()
  await action()
}

const commands = (): Command[] => [
  {
    id: 'run.run',
    group: 'run',
    titleKey: 'panels.run',
    keys: ['mod+enter'],
    whileTyping: true,
    when: hasGraph,
    run: settled(run),
  },
  {
    id: 'run.front',
    group: 'run',
    titleKey: 'panels.runFront',
    keys: ['mod+shift+enter'],
    whileTyping: true,
    when: hasGraph,
    run: settled(() => run({ front: true })),
  },
  {
    id: 'run.toSelected',
    group: 'run',
    titleKey: 'panels.runSelected',
    when: hasSelected,
    run: settled(() => runSelected()),
  },
  { id: 'run.random', group: 'run', titleKey: 'panels.runRandom', when: hasGraph, run: settled(runRandom) },
  { id: 'run.batch', group: 'run', titleKey: 'panels.runBatch', when: hasGraph, run: settled(askBatch) },
  { id: 'run.force', group: 'run', titleKey: 'panels.runForce', when: hasGraph, run: settled(runForced) },
  {
    id: 'run.forceSelected',
    group: 'run',
    titleKey: 'panels.runForceSelected',
    when: hasSelected,
    run: settled(() => runSelected(true)),
  },
  {
    id: 'run.forgetSelected',
    group: 'run',
    titleKey: 'panels.runForgetSelected',
    words: 'cache drop clear delete',
    when: hasSelected,
    run: forgetSelected,
  },
  {
    id: 'run.sweep',
    group: 'run',
    titleKey: 'panels.runSweep',
    when: hasGraph,
    run: () => openOverlay({ kind: 'sweep' }),
  },
  {
    id: 'run.cancel',
    group: 'run',
    titleKey: 'panels.runCancel',
    when: () => currentRun() !== undefined,
    run: cancelCurrent,
  },
  {
    id: 'run.hold',
    group: 'run',
    titleKey: 'panels.runHold',
    words: 'pause resume stop training checkpoint',
    keys: ['mod+alt+p'],
    whileTyping: true,
    when: () => currentRun() !== undefined,
    run: pauseOrResume,
  },
  {
    id: 'run.cancelAll',
    group: 'run',
    titleKey: 'panels.queueCancelAll',
    when: () => useRuns.getState().queue.length > 0,
    run: cancelAll,
  },
  {
    id: 'run.pause',
    group: 'run',
    titleKey: 'panels.queuePause',
    when: () => !useRuns.getState().paused,
    run: () => pauseQueue(true),
  },
  {
    id: 'run.resume',
    group: 'run',
    titleKey: 'panels.queueResume',
    when: () => useRuns.getState().paused,
    run: () => pauseQueue(false),
  },
]

/** Ask how many runs, each with other seeds. */
export async function askBatch(): Promise<void> {
  const told = await prompt({
    title: t('panels.batchTitle'),
    text: t('panels.batchText'),
    label: t('panels.batchCount'),
    value: '4',
    action: t('panels.run'),
    check: (value) => (countOf(value) === null ? t('panels.batchWrong', { most: MOST }) : null),
  })
  const count = told === null ? null : countOf(told)
  if (count !== null) await runBatch(count)
}

function countOf(text: string): number | null {
  const count = Number(text)
  return Number.isInteger(count) && count >= 1 && count <= MOST ? count : null
}

/** Offer the commands and listen for Escape, until the function it gives is called. */
export function registerRunCommands(): () => void {
  const leave = registerCommands(commands())
  let last = -TWICE
  const heard = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.repeat || !currentRun() || isTaken(event.target)) return
    const again = event.timeStamp - last < TWICE
    last = again ? -TWICE : event.timeStamp
    if (again) void cancelCurrent().then(() => notify({ kind: 'info', text: t('panels.cancelling') }))
    else announce(t('panels.escapeAgain'))
  }
  window.addEventListener('keydown', heard, { capture: true })
  return () => {
    leave()
    window.removeEventListener('keydown', heard, { capture: true })
  }
}

/** Whether Escape means something else where it was pressed. */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]') !== null
  )
}
