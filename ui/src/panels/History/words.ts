/** Runs in words: what tells one from another. */

import { splitPort } from '../../graph/level'
import { same } from '../../graph/patch'
import { t } from '../../i18n/t'
import type { RunChange, RunRecord } from '../../protocol'
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

/** What a run is called: its text, else the title of its graph. */
export const titleOf = (run: RunRecord) => mainText(run) || run.title || t('panels.untitled')

/** The same with what tells it from others of that title. */
export const nameOf = (run: RunRecord) => [titleOf(run), changesText(run)].filter(Boolean).join(', ')

const SHORT = 24

/** What a run has otherwise than the one before it, in short: "Steps 25 → 30"; empty when nothing is told. */
export function changesText(run: RunRecord, most = 3): string {
  const text = mainText(run)
  const shownOnes = run.changes.filter((change) => change.new !== text || text === '')
  const told = shownOnes.slice(0, most).map((change) => changeText(change, shownOnes))
  const left = shownOnes.length - told.length
  return [...told, ...(left > 0 ? [`+${left}`] : [])].join(' · ')
}

function changeText(change: RunChange, others: readonly RunChange[]): string {
  const { kind, place, old, new: now } = change
  const path = place.split('/').join(' › ')
  if (kind === 'renamed') return `${shown(old, SHORT)} → ${path}`
  if (old === null && now === null)
    return t(kind === 'added' ? 'panels.changeAdded' : 'panels.changeRemoved', { name: path })
  const alone = others.filter((other) => portOf(other.place) === portOf(place)).length === 1
  return `${placeTitle(place, alone)} ${shown(old, SHORT)} → ${shown(now, SHORT)}`
}

const portOf = (place: string) => splitPort(place).port

/** An input or a param as people read it: "Steps", or "sample › noise · Width" with what it belongs to. */
export function placeTitle(place: string, short = false): string {
  const { name, port } = splitPort(place)
  const path = name.split('/').join(' › ')
  if (!port) return place.includes('/') ? path : readable(place)
  const title = readable(port.replace(/^links\./, ''))
  return short ? title : `${path} · ${title}`
}

const isFileName = (text: string) => /^[^\s]+\.\w{2,5}$/.test(text)

/** The other values in short, without those of which it is told what they were before. */
export function otherValues(run: RunRecord, most = 4): string {
  const text = mainText(run)
  const told = new Set(run.changes.map((change) => change.place))
  return Object.entries(run.values)
    .filter(([name, value]) => value !== null && value !== '' && value !== text && !told.has(name))
    .slice(0, most)
    .map(([name, value]) => `${placeTitle(name, true)} ${shown(value, SHORT)}`)
    .join(' · ')
}

/** Names of the values that are not the same in all runs. */
export function differing(runs: readonly RunRecord[]): string[] {
  const [first] = runs
  if (!first) return []
  const names = new Set(runs.flatMap((run) => Object.keys(run.values)))
  return [...names].filter((name) => runs.some((run) => !same(run.values[name], first.values[name])))
}
