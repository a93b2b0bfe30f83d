/** Values that are read from far: a number, yes or no, or how a text begins, large in the middle of the card. */

import { t } from '../../../i18n/t'
import type { JsonValue } from '../../../protocol'
import { outdated, results, type Result } from '../../../stores/results'
import { nodeKey } from '../../../stores/runs'
import { shortNumber } from '../../../views/summary'

const LETTERS = 40
const SEVERAL = 2
const told = new WeakMap<object, string>()

/** What an instance gave in a few words; empty for what is drawn, or has no short value. */
export function toldOf(session: string, instance: string): string {
  const key = nodeKey(session, instance)
  const ports = results.get(key) ?? outdated.get(key)
  if (!ports) return ''
  let text = told.get(ports)
  if (text === undefined) told.set(ports, (text = textOf(Object.values(ports))))
  return text
}

function textOf(all: readonly Result[]): string {
  const values = all.map(({ value }) => value).filter((value) => value !== undefined && value !== null) as JsonValue[]
  const [first = ''] = values.filter((value) => typeof value === 'string')
  if (first !== '') return String(first).slice(0, LETTERS).split('\n')[0] ?? ''
  return values.slice(0, SEVERAL).map(valueText).join(' · ')
}

function valueText(value: JsonValue): string {
  if (typeof value === 'number') return shortNumber(value)
  return typeof value === 'boolean' ? t(value ? 'views.yes' : 'views.no') : String(value)
}
