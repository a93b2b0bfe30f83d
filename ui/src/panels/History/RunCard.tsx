import { Columns2, Ellipsis, RotateCcw } from 'lucide-react'
import { formatSeconds, formatTime, t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { IconButton } from '../../shell/Button'
import { Menu, RightClickMenu } from '../../shell/Menu'
import { openOverlay } from '../Files/overlay'
import { isImage, picturesOf } from '../Gallery/pictures'
import { spent } from '../RunButton/watch'
import { restoreRun } from './actions'
import { compareRun, useComparing } from './comparing'
import { runEntries } from './menu'
import { RunState } from './RunState'
import { Thumb } from './Thumb'
import { changesText, otherValues, titleOf } from './words'

const SHOWN = 4

export interface RunCardProps {
  readonly run: RunRecord
  readonly place: number
  /** How many there are; -1 while that is not known. */
  readonly of: number
}

/** One run of the history. */
export function RunCard({ run, place, of }: RunCardProps) {
  const comparing = useComparing((state) => state.run)
  const title = titleOf(run)
  const changes = changesText(run)
  const entries = () => runEntries(run)
  const id = `run-${run.id}`
  return (
    <RightClickMenu entries={entries}>
      <article
        className="run-card"
        data-chosen={comparing?.id === run.id || undefined}
        aria-labelledby={changes ? `${id} ${id}-changes` : id}
        aria-posinset={place}
        aria-setsize={of}
        tabIndex={0}
      >
        <header className="run-card__head">
          <RunState state={run.state} />
          <h3 id={id} className="run-card__title" title={title}>
            {title}
          </h3>
          {comparing && comparing.id !== run.id ? (
            <IconButton
              icon={Columns2}
              size="small"
              label={t('panels.compareWithThis')}
              onClick={() => compareRun(run)}
            />
          ) : (
            <IconButton
              icon={RotateCcw}
              size="small"
              label={t('panels.restoreGraph')}
              onClick={() => void restoreRun(run)}
            />
          )}
          <Menu entries={entries} align="end">
            <button
              type="button"
              className="icon-button icon-button--small"
              aria-label={t('shell.moreActions')}
            >
              <Ellipsis size={14} aria-hidden="true" />
            </button>
          </Menu>
        </header>
        <Results run={run} />
        {run.failures[0] && (
          <p className="run-card__error">
            <strong>{run.failures[0]['instance']}</strong> {run.failures[0]['reason']}
          </p>
        )}
        {changes && (
          <p id={`${id}-changes`} className="run-card__changes" title={changesText(run, Infinity)}>
            {changes}
          </p>
        )}
        <p className="run-card__values">{otherValues(run)}</p>
        <p className="run-card__foot">
          <time dateTime={new Date(run.created * 1000).toISOString()} title={formatTime(run.created * 1000)}>
            <Ago moment={run.created * 1000} />
          </time>
          <span>{run.title}</span>
          <span>{formatSeconds(spent(run))}</span>
        </p>
      </article>
    </RightClickMenu>
  )
}

function Results({ run }: { readonly run: RunRecord }) {
  if (run.artifacts.length === 0) return null
  const pictures = picturesOf([run])
  const left = run.artifacts.length - SHOWN
  return (
    <ul className="run-card__results" data-count={Math.min(SHOWN, run.artifacts.length)}>
      {run.artifacts.slice(0, SHOWN).map((artifact, place) => {
        const label = t('panels.viewPicture', { output: artifact.output })
        const at = pictures.findIndex((picture) => picture.artifact === artifact)
        const thumb = <Thumb artifact={artifact} />
        return (
          <li key={`${artifact.output}-${artifact.index}`}>
            {isImage(artifact) ? (
              <button
                type="button"
                aria-label={label}
                onClick={() => openOverlay({ kind: 'viewer', pictures, at })}
              >
                {thumb}
              </button>
            ) : (
              thumb
            )}
            {place === SHOWN - 1 && left > 0 && <span className="run-card__left">+{left}</span>}
          </li>
        )
      })}
    </ul>
  )
}
