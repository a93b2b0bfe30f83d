import type { JsonValue } from '../protocol'
import type { Fault } from './check'
import type { Field } from './schema'

/** What every control gets from `Widget`. */
export interface Control {
  /** Of the element that the label names. */
  readonly id: string
  readonly field: Field
  /** What is typed in; undefined while the default holds. */
  readonly value: JsonValue | undefined
  readonly onChange: (value: JsonValue) => void
  readonly onReset: () => void
  /** Tells what is wrong with a draft that can't become a value. */
  readonly onFault: (fault: Fault | null) => void
  readonly label: string
  readonly disabled: boolean
  /** One row of a node's card, in place of a form's field. */
  readonly compact: boolean
  /** To be spread over the element that the label names. */
  readonly aria: Aria
}

export interface Aria {
  readonly 'aria-invalid'?: true
  readonly 'aria-describedby'?: string
  /** Where no label element names the control. */
  readonly 'aria-label'?: string
}

/** The value that holds: the one typed in, else the default. */
export function held({ value, field }: Pick<Control, 'value' | 'field'>): JsonValue | undefined {
  return value === undefined ? field.fallback : value
}

/** A value as text in a field; nothing for what is not given. */
export function shownText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
