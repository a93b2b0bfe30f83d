import { useId, type ReactNode } from 'react'
import './Fields.css'

export interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string; readonly icon?: ReactNode }[]
  readonly onChange: (value: T) => void
}

/** A choice of few, all seen at once. */
export function Segments<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId()
  return (
    <fieldset className="field">
      <legend className="field__label">{label}</legend>
      <div className="segments">
        {options.map((option) => (
          <label key={option.value} className="segments__one">
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.icon}
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** A choice of many, in the browser's own list. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId()
  const choose = (text: string) => {
    const option = options.find((one) => one.value === text)
    if (option) onChange(option.value)
  }
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="field__input" value={value} onChange={(event) => choose(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}

export interface SwitchProps {
  readonly label: string
  readonly text?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

/** Something that is on or off, at once. */
export function Switch({ label, text, checked, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className="field field--switch">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        checked={checked}
        aria-describedby={text === undefined ? undefined : `${id}-text`}
        onChange={(event) => onChange(event.target.checked)}
      />
      {text !== undefined && (
        <p className="field__text" id={`${id}-text`}>
          {text}
        </p>
      )}
    </div>
  )
}

export interface LineProps {
  readonly label: string
  readonly text?: string
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}

/** One line of text. */
export function Line({ label, text, value, placeholder, onChange }: LineProps) {
  const id = useId()
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="field__input"
        value={value}
        placeholder={placeholder}
        maxLength={80}
        autoComplete="off"
        aria-describedby={text === undefined ? undefined : `${id}-text`}
        onChange={(event) => onChange(event.target.value)}
      />
      {text !== undefined && (
        <p className="field__text" id={`${id}-text`}>
          {text}
        </p>
      )}
    </div>
  )
}
