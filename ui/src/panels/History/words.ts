/** Runs in words: what tells one from another. */

import { same } from '../../graph/patch'
import type { JsonValue, RunRecord } from '../../protocol'
import { readable } from '../FormView/inputs'
import { shown } from '../SweepGrid/sweep'

/** The text that somebody remembers a run by: the longest that was given; empty without any. */
export function mainText(run: RunRecord): string {
  let longest = ''
  for (const value of Object.values(run.values)) {
    if (typeof value === 'string' && value.length > longest.length && !isFileName(value)) longest = value
  }
  return longest
}

const isFileName = (text: string) => /^[^\s]+\.\w{2,5}$/.test(text)

/** The other values in short. */
export function otherValues(run: RunRecord, most = 4): string {
  const text = mainText(run)
  return Object.entries(run.values)
    .filter(([, value]) => value !== null && value !== '' && value !== text)
    .slice(0, most)
    .map(([name, value]) => `${readable(name)} ${shown(value, 24)}`)
    .join(' · ')
}

/** Names of the values that are not the same in all runs. */
export function differing(runs: readonly RunRecord[]): string[] {
  const [first] = runs
  if (!first) return []
  const names = new Set(runs.flatMap((run) => Object.keys(run.values)))
  return [...names].filter((name) => runs.some((run) => !same(run.values[name], first.values[name])))
}

/** An input that has another value in one of two places. */
export interface ValueDifference {
  name: string
  old: JsonValue | undefined
  now: JsonValue | undefined
}

/** What differs between values, by name. */
export function valueDifferences(
  old: Readonly<Record<string, JsonValue>>,
  now: Readonly<Record<string, JsonValue>>,
): ValueDifference[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => !same(old[name], now[name]))
    .map((name) => ({ name, old: old[name], now: now[name] }))
}
