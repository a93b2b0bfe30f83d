import { GitFork, TriangleAlert } from 'lucide-react'
import { unfork } from '../../graph/operations'
import { t } from '../../i18n/t'
import { Button } from '../../shell/Button'
import { edit } from '../../stores/graphs'
import type { LoopPlace } from './loops'

interface ForkedProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly step: number
  /** Whether that step is stored no more. */
  readonly gone: boolean
  readonly readOnly: boolean
}

/** That a loop goes on from a step of another run, with a way to take that off again. */
export function Forked({ session, loop, step, gone, readOnly }: ForkedProps) {
  const Icon = gone ? TriangleAlert : GitFork
  return (
    <div className={`kept-turns__forked${gone ? ' kept-turns__forked--gone' : ''}`} role={gone ? 'alert' : undefined}>
      <Icon size={14} aria-hidden />
      <p>{t(gone ? 'views.forkGone' : 'views.goesOn', { step })}</p>
      {!readOnly && <Button onClick={() => void edit(session, unfork(loop.name, loop.at))}>{t('views.unfork')}</Button>}
    </div>
  )
}
