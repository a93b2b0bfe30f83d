import { Grid3x3, Maximize2, Plus, X } from 'lucide-react'
import { useMemo } from 'react'
import { t } from '../../i18n/t'
import { IconButton } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { useCatalogue } from '../../stores/catalogue'
import { useActive } from '../../stores/graphs'
import { readField } from '../../widgets/schema'
import { openOverlay, useOverlay } from '../Files/overlay'
import { AxisFields } from './AxisFields'
import { SweepGrid } from './SweepGrid'
import { pick, startSweep, useSweeps, type Picked } from './store'
import { MOST_RUNS, countOf, isParam, sweepables, type Axis, type Sweepable } from './sweep'
import { beginning, kindsOf, valuesOf } from './values'
import './SweepGrid.css'

const NONE: Picked[] = []

/** Picks fields and their values, runs every combination, and shows what comes as a grid. */
export function SweepPanel() {
  const open = useActive()
  const catalogue = useCatalogue((state) => state.catalogue)
  const session = open?.record.id ?? ''
  const picked = useSweeps((state) => state.picked[session] ?? NONE)
  const swept = useSweeps((state) => state.last[session])
  const graph = open?.graph
  const interfaces = open?.interfaces
  const choices = useMemo(
    () => (graph ? sweepables(graph, catalogue, interfaces ?? {}) : []),
    [graph, catalogue, interfaces],
  )
  if (!open) return <Empty icon={Grid3x3} title={t('panels.sweepNone')} />
  return (
    <div className="sweep">
      <SetUp session={session} choices={choices} picked={picked} />
      {swept ? (
        <SweepGrid session={session} swept={swept} />
      ) : (
        picked.length === 0 && (
          <Empty icon={Grid3x3} title={t('panels.sweepEmpty')} text={t('panels.sweepText')} />
        )
      )}
    </div>
  )
}

/** A button for the panel's header. */
export function SweepTools() {
  const large = useOverlay((state) => state.overlay?.kind === 'sweep')
  if (large) return null
  return (
    <IconButton
      icon={Maximize2}
      size="small"
      label={t('panels.sweepLarge')}
      onClick={() => openOverlay({ kind: 'sweep' })}
    />
  )
}

interface SetUpProps {
  readonly session: string
  readonly choices: readonly Sweepable[]
  readonly picked: readonly Picked[]
}

function SetUp({ session, choices, picked }: SetUpProps) {
  const rows = picked.flatMap((one) => {
    const field = choices.find((choice) => choice.id === one.id)
    return field ? [{ one, field, values: valuesOf(one.draft, field) }] : []
  })
  const axes = rows.flatMap(({ field, values }): Axis[] =>
    values ? [{ id: field.id, title: field.title, values }] : [],
  )
  const count = axes.length > 0 ? countOf(axes) : 0
  const ready = count > 0 && count <= MOST_RUNS && axes.length === rows.length
  const change = (id: string, next: Picked | null) =>
    pick(
      session,
      picked.flatMap((one) => (one.id !== id ? [one] : next ? [next] : [])),
    )
  return (
    <form
      className="sweep__set-up"
      aria-label={t('panels.sweepFields')}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void startSweep(session, axes)
      }}
    >
      {rows.map(({ one, field, values }) => (
        <fieldset key={one.id} className="sweep__axis">
          <legend className="sweep__legend">
            {field.title}
            <IconButton
              icon={X}
              size="small"
              label={t('panels.sweepDrop', { name: field.title })}
              onClick={() => change(one.id, null)}
            />
          </legend>
          <AxisFields
            field={field}
            draft={one.draft}
            values={values}
            onChange={(draft) => change(one.id, { id: one.id, draft })}
          />
        </fieldset>
      ))}
      <AddField session={session} choices={choices} picked={picked} />
      {rows.length > 0 && (
        <div className="sweep__start">
          <button type="submit" className="button button--primary" disabled={!ready}>
            {t('panels.sweepRun', { n: count })}
          </button>
          {count > MOST_RUNS && (
            <span className="sweep__wrong">{t('panels.sweepTooMany', { most: MOST_RUNS })}</span>
          )}
        </div>
      )}
    </form>
  )
}

function AddField({ session, choices, picked }: SetUpProps) {
  const left = choices.filter((choice) => !picked.some((one) => one.id === choice.id))
  const add = (id: string) => {
    const field = choices.find((choice) => choice.id === id)
    const [kind] = field ? kindsOf(readField(field.port)) : []
    if (field && kind) pick(session, [...picked, { id, draft: beginning(kind, field) }])
  }
  const option = (choice: Sweepable) => (
    <option key={choice.id} value={choice.id}>
      {choice.title}
    </option>
  )
  const inputs = left.filter((choice) => !isParam(choice.id))
  const params = left.filter((choice) => isParam(choice.id))
  return (
    <label className="sweep__add">
      <Plus size={14} aria-hidden="true" />
      <select value="" aria-label={t('panels.sweepAdd')} onChange={(event) => add(event.target.value)}>
        <option value="">{t('panels.sweepAdd')}</option>
        {inputs.length > 0 && <optgroup label={t('panels.sweepInputs')}>{inputs.map(option)}</optgroup>}
        {params.length > 0 && <optgroup label={t('panels.sweepParams')}>{params.map(option)}</optgroup>}
      </select>
    </label>
  )
}
