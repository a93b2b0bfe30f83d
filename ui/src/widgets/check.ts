/** What is wrong with a value, seen from its field alone; the server has the last word. */

import type { JsonValue } from '../protocol'
import type { Key, Values } from '../i18n/t'
import type { Bounds, Field, Form } from './schema'
import { nearest } from './stepping'

/** A text that says what is wrong, and how to put it right. */
export interface Fault {
  readonly key: Key
  readonly values?: Values
}

/** The fault of a value; null when it has none. Without a value the default holds. */
export function faultOf(field: Field, value: JsonValue | undefined): Fault | null {
  if (value === undefined) return null
  if (value === null) return field.nullable ? null : { key: 'widgets.faultNull' }
  return formFault(field.form, value)
}

/** Whether the control of a form can show a value; what it can't show is shown as JSON. */
export function canShow(form: Form, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true
  switch (form.kind) {
    case 'switch':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value) && value.every((item) => item !== null && canShow(form.item, item))
    case 'curve':
      return isCurve(value)
    case 'choice':
    case 'json':
      return true
    default:
      return typeof value === 'number' || typeof value === 'string'
  }
}

function isCurve(value: JsonValue): value is [number, number][] {
  const pair = (point: JsonValue) =>
    Array.isArray(point) && point.length === 2 && point.every((part) => typeof part === 'number')
  return Array.isArray(value) && value.every(pair)
}

function formFault(form: Form, value: JsonValue): Fault | null {
  switch (form.kind) {
    case 'number':
    case 'seed':
      return typeof value === 'number' ? numberFault(form.bounds, value) : { key: 'widgets.faultNumber' }
    case 'switch':
      return typeof value === 'boolean' ? null : { key: 'widgets.faultSwitch' }
    case 'choice':
      return form.options.includes(value) ? null : { key: 'widgets.faultChoice', values: { value: said(value) } }
    case 'list':
      return listFault(form.item, value)
    case 'curve':
      return isCurve(value) ? null : { key: 'widgets.faultCurve' }
    case 'json':
      return null
    default:
      return textFault(form, value)
  }
}

function numberFault(bounds: Bounds, value: number): Fault | null {
  const { min = -Infinity, max = Infinity, multiple } = bounds
  const limit = (key: Key, bound: number): Fault => ({ key, values: { bound: String(bound) } })
  if (bounds.aboveMin ? value <= min : value < min) {
    return limit(bounds.aboveMin ? 'widgets.faultAbove' : 'widgets.faultMin', min)
  }
  if (bounds.belowMax ? value >= max : value > max) {
    return limit(bounds.belowMax ? 'widgets.faultBelow' : 'widgets.faultMax', max)
  }
  return gridFault(bounds, value, multiple)
}

function gridFault(bounds: Bounds, value: number, multiple: number | undefined): Fault | null {
  const near = String(nearest(bounds, value))
  if (bounds.whole && !Number.isInteger(value)) return { key: 'widgets.faultWhole', values: { near } }
  if (multiple !== undefined && !isMultiple(value, multiple)) {
    return { key: 'widgets.faultMultiple', values: { multiple: String(multiple), near } }
  }
  return null
}

function isMultiple(value: number, multiple: number): boolean {
  const count = value / multiple
  return Math.abs(count - Math.round(count)) < 1e-9 * Math.max(1, Math.abs(count))
}

function listFault(item: Form, value: JsonValue): Fault | null {
  if (!Array.isArray(value)) return { key: 'widgets.faultList' }
  const at = value.findIndex((one) => formFault(item, one) !== null)
  return at < 0 ? null : { key: 'widgets.faultItem', values: { place: String(at + 1) } }
}

function textFault(form: Form, value: JsonValue): Fault | null {
  if (typeof value !== 'string') return { key: 'widgets.faultText' }
  if (!('maxLength' in form || 'pattern' in form)) return null
  if (form.maxLength !== undefined && [...value].length > form.maxLength) {
    return { key: 'widgets.faultLength', values: { most: form.maxLength, n: [...value].length } }
  }
  if (form.pattern === undefined || matches(form.pattern, value)) return null
  return form.kind === 'colour'
    ? { key: 'widgets.faultColour' }
    : { key: 'widgets.faultPattern', values: { pattern: form.pattern } }
}

/** A pattern of Python's that this browser can't read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

/** A value in few words. */
export function said(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Whether two values are the same for the server. */
export function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
