import { CircleCheck, CircleDashed, CirclePause, CircleSlash, CircleX, LoaderCircle } from 'lucide-react'
import { t, type Key } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import './RunState.css'

const SIGNS = {
  queued: { icon: CircleDashed, key: 'panels.stateQueued' },
  running: { icon: LoaderCircle, key: 'panels.stateRunning' },
  paused: { icon: CirclePause, key: 'panels.statePaused' },
  done: { icon: CircleCheck, key: 'panels.stateDone' },
  failed: { icon: CircleX, key: 'panels.stateFailed' },
  cancelled: { icon: CircleSlash, key: 'panels.stateCancelled' },
} as const

export const stateKey = (state: RunRecord['state']): Key => SIGNS[state].key

/** How a run is or ended, as a sign with its word for those who can't see it. */
export function RunState({ state }: { readonly state: RunRecord['state'] }) {
  const { icon: Icon, key } = SIGNS[state]
  return (
    <span className={`run-state-sign run-state-sign--${state}`} title={t(key)}>
      <Icon size={14} aria-hidden="true" />
      <span className="visually-hidden">{t(key)}</span>
    </span>
  )
}
