import { useId, useState, type KeyboardEvent } from 'react'
import { useDraft } from '../../widgets/useDraft'
import './text-field.css'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  /** Takes what was typed, when Enter is pressed or the field is left. */
  readonly onCommit: (value: string) => void
  /** What is wrong with a text; null when nothing is. */
  readonly check?: (value: string) => string | null
  readonly placeholder?: string
  readonly lines?: number
  readonly disabled?: boolean
  readonly mono?: boolean
  /** Whether only screen readers get the label. */
  readonly bare?: boolean
}

/** A text that is edited: Enter or leaving keeps it, Escape brings the old one back. */
export function TextField(props: TextFieldProps) {
  const { label, value, onCommit, check, placeholder, lines = 1, disabled = false, mono, bare } = props
  const id = useId()
  const [fault, setFault] = useState<string | null>(null)
  const draft = useDraft(value, (text) => {
    const wrong = check?.(text) ?? null
    setFault(wrong)
    if (wrong === null) onCommit(text)
    return wrong === null
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (lines === 1 || event.ctrlKey || event.metaKey)) draft.settle()
    else if (event.key === 'Escape' && draft.drop()) {
      setFault(null)
      event.preventDefault()
      event.stopPropagation()
    }
  }
  const shared = {
    id,
    className: `text-field__input ${mono ? 'text-field__input--mono' : ''}`,
    value: draft.text,
    placeholder,
    disabled,
    spellCheck: lines > 1,
    autoComplete: 'off',
    'aria-invalid': fault !== null || undefined,
    'aria-describedby': fault === null ? undefined : `${id}-fault`,
    onChange: (event: { target: { value: string } }) => draft.set(event.target.value),
    onBlur: draft.settle,
    onKeyDown,
  }
  return (
    <div className="text-field">
      <label className={bare ? 'visually-hidden' : 'text-field__label'} htmlFor={id}>{label}</label>
      {lines > 1 ? <textarea {...shared} rows={lines} /> : <input {...shared} />}
      {fault !== null && <p className="text-field__fault" id={`${id}-fault`} role="alert">{fault}</p>}
    </div>
  )
}
