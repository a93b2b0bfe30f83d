import { GitFork } from 'lucide-react'
import { useMemo } from 'react'
import { forkedAt } from '../../graph/forks'
import { t } from '../../i18n/t'
import type { Instance } from '../../protocol'

/** From which step a loop goes on, on its card and on that of the subgraph that holds it. */
export function ForkMark({ instance }: { readonly instance: Instance }) {
  const step = useMemo(() => forkedAt(instance), [instance])
  if (step === null) return null
  const told = t('canvas.forked', { step })
  return (
    <span className="card__fork" role="img" aria-label={told} title={told}>
      <GitFork size={12} aria-hidden />
      {step}
    </span>
  )
}
