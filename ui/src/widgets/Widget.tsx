import { RotateCcw } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import { t } from '../i18n/t'
import type { InputPortRecord, JsonValue } from '../protocol'
import type { Aria } from './control'
import { faultOf, said, same, type Fault } from './check'
import { ControlOf } from './ControlOf'
import { HelpText } from './HelpText'
import { readField, type Field } from './schema'
import type { SeedMode } from './seeds'
import { useAhead, type Give } from './useAhead'
import './widget.css'

export type { SeedMode } from './seeds'

export interface WidgetProps {
  readonly port: InputPortRecord
  readonly name: string
  /** What is typed in; undefined while the default holds. */
  readonly value: JsonValue | undefined
  readonly onChange: Give
  /** Lets the port have its default again. */
  readonly onReset: () => void
  readonly label: string
  readonly disabled?: boolean
  /** One row of a node's card (34 px, control of 28 px), in place of a form's field. */
  readonly compact?: boolean
  /** What the server says is wrong with the port. */
  readonly problem?: string
  /** Whether the port's help stands below the control; forms only. */
  readonly help?: boolean
  /** What happens to the seed before each run; kept by the caller. */
  readonly seedMode?: SeedMode
  readonly onSeedMode?: (mode: SeedMode) => void
}

/** The control that a port's schema asks for, with its label, its way back to the default, and what is wrong. */
export function Widget(props: WidgetProps) {
  const { port, name, label, disabled = false, compact = false } = props
  const [value, give] = useAhead(props.value, props.onChange)
  const field = useMemo(() => readField(port), [port])
  const [draftFault, setDraftFault] = useState<Fault | null>(null)
  const id = useId()
  const message = messageOf(draftFault ?? faultOf(field, value), props.problem)
  const help = compact || props.help === false ? '' : port.help
  const changed = isChanged(field, value)
  return (
    <div
      className="widget"
      data-kind={field.form.kind}
      data-compact={compact || undefined}
      data-changed={changed || undefined}
      data-name={name}
    >
      <div className="widget__head">
        <Label id={id} text={label} needed={field.required && value === undefined} />
        {changed && !disabled && (
          <Reset field={field} label={label} onReset={props.onReset} onDone={() => setDraftFault(null)} />
        )}
      </div>
      <div className="widget__control">
        <ControlOf
          id={id}
          field={field}
          value={value}
          label={label}
          disabled={disabled}
          compact={compact}
          onChange={give}
          onReset={props.onReset}
          onFault={setDraftFault}
          seedMode={props.seedMode}
          onSeedMode={props.onSeedMode}
          aria={ariaOf(id, message, help)}
        />
      </div>
      <Message id={`${id}-message`} text={message} />
      <Help id={`${id}-help`} text={help} />
    </div>
  )
}

function Label({ id, text, needed }: { id: string; text: string; needed: boolean }) {
  return (
    <label className="widget__label" htmlFor={id} title={text}>
      {text}
      {needed && (
        <span className="widget__need" title={t('widgets.needed')}>
          <span aria-hidden>*</span>
          <span className="visually-hidden"> ({t('widgets.needed')})</span>
        </span>
      )}
    </label>
  )
}

function Message({ id, text }: { id: string; text: string }) {
  return text === '' ? null : <p id={id} className="widget__message" role="status">{text}</p>
}

function Help({ id, text }: { id: string; text: string }) {
  return text === '' ? null : <p id={id} className="widget__help"><HelpText text={text} /></p>
}

function messageOf(fault: Fault | null, problem = ''): string {
  return fault ? t(fault.key, fault.values) : problem
}

function isChanged({ fallback }: Field, value: JsonValue | undefined): boolean {
  return value !== undefined && !(fallback !== undefined && same(value, fallback))
}

function ariaOf(id: string, message: string, help: string): Aria {
  const described = [message && `${id}-message`, help && `${id}-help`].filter(Boolean).join(' ')
  return {
    ...(message === '' ? {} : { 'aria-invalid': true }),
    ...(described === '' ? {} : { 'aria-describedby': described }),
  }
}

interface ResetProps {
  readonly field: Field
  readonly label: string
  readonly onReset: () => void
  readonly onDone: () => void
}

function Reset({ field, label, onReset, onDone }: ResetProps) {
  const { fallback } = field
  const told = fallback === undefined || fallback === null ? t('widgets.resetNone') : t('widgets.resetTo', { value: said(fallback) })
  return (
    <button
      type="button"
      className="widget__reset nodrag"
      title={told}
      aria-label={`${label}: ${told}`}
      onClick={() => {
        onReset()
        onDone()
      }}
    >
      <RotateCcw size={12} aria-hidden />
    </button>
  )
}
