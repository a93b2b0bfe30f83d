import { RotateCcw } from 'lucide-react'
import { t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { Button } from '../../shell/Button'
import { restoreValues } from '../History/actions'
import { RunState } from '../History/RunState'
import { Thumb } from '../History/Thumb'
import { mainText, otherValues } from '../History/words'

export interface FormStripProps {
  readonly runs: readonly RunRecord[]
  readonly shown: RunRecord | undefined
  readonly onPick: (run: RunRecord) => void
  readonly onMore: () => void
}

/** Earlier runs of the form, to look at again or to take their values. */
export function FormStrip({ runs, shown, onPick, onMore }: FormStripProps) {
  if (runs.length === 0) return null
  return (
    <section className="form-strip" aria-label={t('panels.formHistory')}>
      <div className="form-strip__head">
        <h3 className="form-strip__title">{t('panels.formHistory')}</h3>
        {shown && (
          <Button kind="quiet" icon={RotateCcw} onClick={() => void restoreValues(shown)}>
            {t('panels.useValues')}
          </Button>
        )}
      </div>
      <ul
        className="form-strip__list"
        onScroll={({ currentTarget: list }) => {
          if (list.scrollLeft + list.clientWidth > list.scrollWidth - 200) onMore()
        }}
      >
        {runs.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              className="form-strip__run"
              aria-pressed={run.id === shown?.id}
              title={[mainText(run), otherValues(run)].filter(Boolean).join('\n')}
              onClick={() => onPick(run)}
            >
              {run.artifacts[0] ? (
                <Thumb artifact={run.artifacts[0]} size={160} alt={mainText(run) || run.title} />
              ) : (
                <span className="thumb thumb--icon">
                  <RunState state={run.state} />
                </span>
              )}
              <span className="form-strip__time"><Ago moment={run.created * 1000} /></span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
