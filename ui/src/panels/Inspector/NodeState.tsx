import { formatAgo, formatBytes, formatPercent, formatSeconds, t } from '../../i18n/t'
import { whyText } from '../../i18n/why'
import { authors, type Author } from '../../stores/authors'
import { useKeyed } from '../../stores/keyed'
import { explanations } from '../../stores/plan'
import { nodeKey, nodeRuns, type NodeRun } from '../../stores/runs'
import type { Explanation } from '../../protocol'
import { Facts, Section } from './Section'

/** What a run would do with an instance and why, and what the last run did. */
export function NodeState({ session, path }: { readonly session: string; readonly path: string }) {
  const key = nodeKey(session, path)
  const plan = useKeyed(explanations, key)
  const run = useKeyed(nodeRuns, key)
  const author = useKeyed(authors, key)
  if (!plan && !run && !author) return null
  return (
    <Section title={t('left.state')}>
      {plan && <Plan plan={plan} />}
      {run && <Run run={run} />}
      {author && <Facts facts={[[t('left.changedBy'), authorText(author)]]} />}
    </Section>
  )
}

const authorText = ({ name, time }: Author) => `${name || t('canvas.somebody')}, ${formatAgo(time * 1000)}`

const PLAN = { hit: 'left.plan_hit', run: 'left.plan_run', pending: 'left.plan_pending', 'not needed': 'left.plan_unneeded' } as const

function Plan({ plan }: { readonly plan: Explanation }) {
  return (
    <Facts
      facts={[
        [t('left.nextRun'), <strong key="status" className={`plan plan--${plan.status.replace(' ', '-')}`}>{t(PLAN[plan.status])}</strong>],
        [t('left.why'), whyText(plan)],
        plan.seconds === null ? null : [t('left.takes_time'), `~${formatSeconds(plan.seconds)}`],
        plan.size === null ? null : [t('left.size'), formatBytes(plan.size)],
      ]}
    />
  )
}

function Run({ run }: { readonly run: NodeRun }) {
  const { progress } = run
  const share = progress && progress.total > 0 ? progress.done / progress.total : null
  return (
    <>
      <Facts
        facts={[
          [t('left.lastRun'), t(`canvas.status_${run.status}`)],
          run.seconds === undefined ? null : [t('left.took'), formatSeconds(run.seconds)],
          (run.status === 'running' || run.status === 'paused') && progress && share !== null
            ? [t('left.progress'), t('left.steps', { done: progress.done, total: progress.total, share: formatPercent(share) })]
            : null,
        ]}
      />
      {run.reason && <p className="inspector__reason" role={run.status === 'failed' ? 'alert' : undefined}>{run.reason}</p>}
    </>
  )
}
