import { ArrowLeftRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import { address } from '../../api/http'
import { formatPercent, formatSeconds, formatTime, t } from '../../i18n/t'
import type { JsonValue, RunRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { Modal } from '../../shell/Modal'
import { Skeleton } from '../../shell/Spinner'
import { CompareView } from '../../views/CompareView'
import { closeOverlay, openOverlay } from '../Files/overlay'
import { mainText, placeTitle } from '../History/words'
import { spent } from '../RunButton/watch'
import { shown } from '../SweepGrid/sweep'
import { compareRuns, pairs, structure, type Compared, type OutputChange } from './comparison'
import './Compare.css'

export interface CompareDialogProps {
  /** Ids of two runs. */
  readonly one: string
  readonly other: string
}

/** Two runs beside each other: pictures laid over one another, and what differs in values and graphs. */
export function CompareDialog({ one, other }: CompareDialogProps) {
  const key = `${one} ${other}`
  const [found, setFound] = useState<{ key: string; told?: Compared; error?: string }>({ key: '' })
  useEffect(() => {
    compareRuns(one, other).then(
      (told) => setFound({ key, told }),
      (problem: unknown) =>
        setFound({ key, error: problem instanceof Error ? problem.message : String(problem) }),
    )
  }, [one, other, key])
  const told = found.key === key ? found.told : undefined
  return (
    <Modal
      open
      size="full"
      onOpenChange={(open) => !open && closeOverlay()}
      title={t('panels.compareTitle')}
      className="compare"
    >
      {found.key === key && found.error && <p className="compare__error">{found.error}</p>}
      {!told && !found.error && <Skeleton picture={320} lines={3} />}
      {told && <Both key={key} told={told} />}
    </Modal>
  )
}

function Both({ told }: { readonly told: Compared }) {
  const pictures = pairs(told.comparison)
  const [place, setPlace] = useState(0)
  const pair = pictures[place]
  const swap = () => openOverlay({ kind: 'compare', one: told.other.id, other: told.one.id })
  return (
    <div className="compare__body">
      <div className="compare__stage">
        {pictures.length > 1 && (
          <label className="compare__output">
            {t('panels.factOutput')}
            <select value={place} onChange={(event) => setPlace(Number(event.target.value))}>
              {pictures.map((one, at) => (
                <option key={`${one.output} ${one.index}`} value={at}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          </label>
        )}
        {pair ? (
          <Pair told={told} pair={pair} />
        ) : (
          <p className="compare__none">{t('panels.compareNoPictures')}</p>
        )}
      </div>
      <aside className="compare__side" aria-label={t('panels.compareDifferences')}>
        <Button kind="quiet" icon={ArrowLeftRight} onClick={swap}>
          {t('panels.diffSwap')}
        </Button>
        <Facts told={told} />
      </aside>
    </div>
  )
}

const nameOf = ({ output, index }: OutputChange) => (index > 0 ? `${output} ${index + 1}` : output)

function Pair({ told, pair }: { readonly told: Compared; readonly pair: OutputChange }) {
  if (!pair.one || !pair.other) return null
  const url = (digest: string) => address(`artifacts/${digest}`)
  return (
    <CompareView
      before={{ url: url(pair.one.digest), title: titleOf(told.one) }}
      after={{ url: url(pair.other.digest), title: titleOf(told.other) }}
      note={pixelText(pair)}
    />
  )
}

/** How two pictures differ, in words. */
function pixelText({ equal, mean, greatest }: OutputChange): string {
  if (equal) return t('panels.compareEqual')
  if (mean === null || greatest === null) return t('panels.compareSizes')
  return t('panels.comparePixels', { mean: percent(mean), greatest: percent(greatest) })
}

const percent = (share: number) => formatPercent(share, share < 0.01 ? 3 : 1)

const titleOf = (run: RunRecord) => `${formatTime(run.created * 1000)} ${mainText(run)}`.trim()

function Facts({ told: { one, other, comparison } }: { readonly told: Compared }) {
  const rows: [string, JsonValue | undefined, JsonValue | undefined][] = [
    [t('panels.factTime'), formatTime(one.created * 1000), formatTime(other.created * 1000)],
    [t('panels.factTook'), formatSeconds(spent(one)), formatSeconds(spent(other))],
    ...(one.device === other.device
      ? []
      : [[t('panels.factDevice'), one.device, other.device] as [string, string, string]]),
    ...comparison.values.map(
      ({ name, one: old, other: now }) => [placeTitle(name), old, now] as [string, JsonValue, JsonValue],
    ),
    ...structure(comparison).map(
      ({ kind, instance, field, old, new: now }) =>
        [[instance, field || t(KINDS[kind])].filter(Boolean).join(' · '), old, now] as [
          string,
          JsonValue,
          JsonValue,
        ],
    ),
  ]
  const same = comparison.values.length + structure(comparison).length === 0
  return (
    <>
      <table className="compare__table">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('panels.compareFirst')}</th>
            <th scope="col">{t('panels.compareSecond')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, old, now]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{shown(old, 400)}</td>
              <td>{shown(now, 400)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {same && <p className="compare__same">{t('panels.compareSame')}</p>}
    </>
  )
}

const KINDS = {
  added: 'panels.diffAdded',
  removed: 'panels.diffRemoved',
  changed: 'panels.diffChanged',
  renamed: 'panels.diffRenamed',
} as const
