import { Dices } from 'lucide-react'
import { t, type Key } from '../../i18n/t'
import type { JsonValue } from '../../protocol'
import { IconButton } from '../../shell/Button'
import { readField } from '../../widgets/schema'
import { same } from '../../graph/patch'
import { shown, type Sweepable } from './sweep'
import { beginning, kindsOf, numberOf, optionsOf, seedsOf, type Draft } from './values'

export interface AxisFieldsProps {
  readonly field: Sweepable
  readonly draft: Draft
  /** What the draft comes to; null when it can't be read. */
  readonly values: readonly JsonValue[] | null
  readonly onChange: (draft: Draft) => void
}

const KIND_KEYS: Readonly<Record<Draft['kind'], Key>> = {
  range: 'panels.sweepRange',
  list: 'panels.sweepList',
  seeds: 'panels.sweepSeeds',
  choice: 'panels.sweepChoice',
}

/** The values of one swept field. */
export function AxisFields({ field, draft, values, onChange }: AxisFieldsProps) {
  const kinds = kindsOf(readField(field.port))
  return (
    <div className="sweep__fields">
      {kinds.length > 1 && (
        <select
          aria-label={t('panels.sweepHow', { name: field.title })}
          value={draft.kind}
          onChange={(event) => {
            const kind = kinds.find((one) => one === event.target.value)
            if (kind) onChange(beginning(kind, field))
          }}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(KIND_KEYS[kind])}
            </option>
          ))}
        </select>
      )}
      <Fields field={field} draft={draft} onChange={onChange} />
      <p className={values ? 'sweep__values' : 'sweep__wrong'} role="status">
        {values
          ? t('panels.sweepValues', {
              n: values.length,
              list: values
                .slice(0, 8)
                .map((value) => shown(value, 20))
                .join(', '),
            })
          : t('panels.sweepWrong')}
      </p>
    </div>
  )
}

function Fields({ field, draft, onChange }: Pick<AxisFieldsProps, 'field' | 'draft' | 'onChange'>) {
  switch (draft.kind) {
    case 'range':
      return (
        <div className="sweep__range">
          <Numeral
            label={t('panels.sweepFrom')}
            value={draft.from}
            onChange={(from) => onChange({ ...draft, from })}
          />
          <Numeral
            label={t('panels.sweepTo')}
            value={draft.to}
            onChange={(to) => onChange({ ...draft, to })}
          />
          <Numeral
            label={t('panels.sweepSteps')}
            value={draft.count}
            onChange={(count) => onChange({ ...draft, count })}
          />
        </div>
      )
    case 'list':
      return (
        <textarea
          rows={3}
          value={draft.text}
          aria-label={t('panels.sweepListOf', { name: field.title })}
          placeholder={t('panels.sweepListHint')}
          onChange={(event) => onChange({ kind: 'list', text: event.target.value })}
        />
      )
    case 'seeds':
      return <Seeds field={field} draft={draft} onChange={onChange} />
    case 'choice':
      return <Choices field={field} draft={draft} onChange={onChange} />
  }
}

interface NumeralProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Numeral({ label, value, onChange }: NumeralProps) {
  return (
    <label className="sweep__numeral">
      <span>{label}</span>
      <input inputMode="decimal" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  )
}

interface KindProps<K extends Draft['kind']> {
  readonly field: Sweepable
  readonly draft: Extract<Draft, { kind: K }>
  readonly onChange: (draft: Draft) => void
}

const MOST_SEEDS = 100

function Seeds({ field, draft, onChange }: KindProps<'seeds'>) {
  const { form } = readField(field.port)
  const bounds = form.kind === 'seed' ? form.bounds : { whole: true }
  const countOf = (text: string) => Math.max(0, Math.min(MOST_SEEDS, Math.floor(numberOf(text) ?? 0)))
  return (
    <div className="sweep__range">
      <Numeral
        label={t('panels.sweepCount')}
        value={draft.count}
        onChange={(count) =>
          onChange({ kind: 'seeds', count, seeds: seedsOf(countOf(count), draft.seeds, bounds) })
        }
      />
      <IconButton
        icon={Dices}
        label={t('panels.sweepDraw')}
        onClick={() => onChange({ ...draft, seeds: seedsOf(countOf(draft.count), [], bounds) })}
      />
    </div>
  )
}

function Choices({ field, draft, onChange }: KindProps<'choice'>) {
  const options = optionsOf(readField(field.port))
  const isPicked = (option: JsonValue) => draft.picked.some((one) => same(one, option))
  const toggle = (option: JsonValue) => {
    const now = isPicked(option)
    onChange({ kind: 'choice', picked: options.filter((one) => (same(one, option) ? !now : isPicked(one))) })
  }
  return (
    <div className="sweep__choices">
      {options.map((option) => (
        <label key={JSON.stringify(option)}>
          <input type="checkbox" checked={isPicked(option)} onChange={() => toggle(option)} />
          {shown(option)}
        </label>
      ))}
    </div>
  )
}
