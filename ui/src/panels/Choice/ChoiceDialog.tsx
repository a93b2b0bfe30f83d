import { useState } from 'react'
import { t, type Key } from '../../i18n/t'
import { Button } from '../../shell/Button'
import { Modal } from '../../shell/Modal'
import { resolveChoice, save, tell, useGraphs } from '../../stores/graphs'
import { saveAs } from '../Files/actions'
import { closeOverlay } from '../Files/overlay'
import { SIDES, readConflicts, reasonOf, type Conflict, type Side } from './conflicts'
import './Choice.css'

const SIDE_KEYS: Readonly<Record<Side, Key>> = {
  ours: 'panels.sideOurs',
  theirs: 'panels.sideTheirs',
  base: 'panels.sideBase',
}

/** Chooses between what was edited here and what another program wrote into the file. */
export function ChoiceDialog({ session }: { readonly session: string }) {
  const choice = useGraphs((state) => state.open[session]?.choice)
  if (!choice?.id) return null
  const reason = reasonOf(choice.conflicts)
  if (reason) return <WholeFile session={session} choice={choice.id} reason={reason} />
  return (
    <Conflicts
      key={choice.id}
      session={session}
      choice={choice.id}
      conflicts={readConflicts(choice.conflicts)}
    />
  )
}

async function settle(session: string, choice: string, sides: Side[]): Promise<void> {
  closeOverlay()
  await resolveChoice(session, choice, sides).catch(tell)
}

interface WholeProps {
  readonly session: string
  readonly choice: string
  readonly reason: string
}

/** The file is gone, or holds no graph any more. */
function WholeFile({ session, choice, reason }: WholeProps) {
  const name = useGraphs((state) => state.open[session]?.record.name ?? '')
  const write = async () => {
    await settle(session, choice, ['ours'])
    await save(session)
  }
  const elsewhere = async () => {
    closeOverlay()
    await saveAs(session)
  }
  return (
    <Modal
      open
      alert
      size="small"
      onOpenChange={(open) => !open && closeOverlay()}
      title={t('panels.choiceFileTitle', { name })}
      text={`${sentence(reason)} ${t('panels.choiceFileText')}`}
      footer={
        <>
          <Button onClick={() => closeOverlay()}>{t('panels.later')}</Button>
          <Button onClick={() => void elsewhere()}>{t('panels.saveAs')}</Button>
          <Button kind="primary" onClick={() => void write()}>
            {t('panels.choiceWrite')}
          </Button>
        </>
      }
    />
  )
}

/** What the server said, with a capital in front and one stop at the end. */
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.+$/, '')}.`

interface ConflictsProps {
  readonly session: string
  readonly choice: string
  readonly conflicts: readonly Conflict[]
}

function Conflicts({ session, choice, conflicts }: ConflictsProps) {
  const name = useGraphs((state) => state.open[session]?.record.name ?? '')
  const [sides, setSides] = useState<readonly Side[]>(() => conflicts.map(() => 'ours'))
  const set = (place: number, side: Side) =>
    setSides((now) => now.map((one, at) => (at === place ? side : one)))
  const all = (side: Side) => setSides(conflicts.map(() => side))
  return (
    <Modal
      open
      alert
      size="large"
      onOpenChange={(open) => !open && closeOverlay()}
      title={t('panels.choiceTitle')}
      text={t('panels.choiceText', { name, n: conflicts.length })}
      onSubmit={() => void settle(session, choice, [...sides])}
      footer={
        <>
          <Button onClick={() => closeOverlay()}>{t('panels.later')}</Button>
          <button type="submit" className="button button--primary">
            {t('panels.choiceApply')}
          </button>
        </>
      }
    >
      <div className="choice__all" role="group" aria-label={t('panels.choiceAll')}>
        <span>{t('panels.choiceAll')}</span>
        {SIDES.map((side) => (
          <Button key={side} onClick={() => all(side)}>
            {t(SIDE_KEYS[side])}
          </Button>
        ))}
      </div>
      {conflicts.map((conflict, place) => (
        <OneConflict
          key={`${conflict.instance} ${conflict.field}`}
          conflict={conflict}
          chosen={sides[place] ?? 'ours'}
          onChoose={(side) => set(place, side)}
        />
      ))}
    </Modal>
  )
}

interface OneProps {
  readonly conflict: Conflict
  readonly chosen: Side
  readonly onChoose: (side: Side) => void
}

function OneConflict({ conflict, chosen, onChoose }: OneProps) {
  const place = [conflict.instance || t('panels.diffGraph'), conflict.title].filter(Boolean).join(' · ')
  return (
    <fieldset className="choice__one">
      <legend>{place}</legend>
      <div className="choice__sides">
        {SIDES.map((side) => (
          <label key={side} className="choice__side" data-chosen={side === chosen || undefined}>
            <span className="choice__name">
              <input type="radio" name={place} checked={side === chosen} onChange={() => onChoose(side)} />
              {t(SIDE_KEYS[side])}
            </span>
            <span className="choice__value">{conflict.sides[side] || t('panels.choiceNothing')}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
