import { dictionary, language } from './language'
import type { Key, Text, Values } from './text'

export * from './format'
export type { Key, Values } from './text'

const rules = new Map<string, Intl.PluralRules>()

function pluralForm(text: Exclude<Text, string>, n: number): string {
  const spoken = language()
  let rule = rules.get(spoken)
  if (!rule) rules.set(spoken, (rule = new Intl.PluralRules(spoken)))
  return rule.select(n) === 'one' ? text.one : text.other
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name]
    if (value === undefined) return place
    return typeof value === 'number' ? value.toLocaleString(language()) : value
  })
}

/**
 * The text behind `area.key` in the language spoken now, its `{name}` places filled from `values`.
 *
 * Call it while rendering, not at the top of a module: the language may change later. Texts with two
 * forms choose by `values.n`. Numbers are written as the language writes them; pass a string otherwise.
 */
export function t(key: Key, values: Values = {}): string {
  const dot = key.indexOf('.')
  const areas: Readonly<Record<string, Readonly<Record<string, Text>>>> = dictionary()
  const text = areas[key.slice(0, dot)]?.[key.slice(dot + 1)]
  if (text === undefined) return key
  return fill(typeof text === 'string' ? text : pluralForm(text, Number(values.n ?? 0)), values)
}
