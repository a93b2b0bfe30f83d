import { t } from '../../i18n/t'
import type { ProblemRecord } from '../../protocol'

/** What was expected and found, and what to do about it. */
export function ProblemText({ problem }: { readonly problem: ProblemRecord }) {
  const { port, expected, got, cure } = problem
  return (
    <span className="problem-text">
      {port && <code className="problem-text__port">{port}</code>}{' '}
      {expected && <span>{t('left.expectedGot', { expected, got })}</span>}{' '}
      {cure && <span className="problem-text__cure">{cure}</span>}
    </span>
  )
}
