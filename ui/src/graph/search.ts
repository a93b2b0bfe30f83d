/**
 * Search over the nodes: what was typed is found in order, not necessarily together, and word starts count
 * most.
 */

import type { NodeRecord } from '../protocol'
import { shapeOf, type Catalogue } from './ports'
import { Bindings, ownedBy, type Shape } from './types'
import { isMeant } from './typos'

/** From where to where a text matches, the end left out. */
export type Range = [number, number]

/** What narrows a search. */
export interface Wanted {
  /** Only nodes with an input that takes this type. */
  accepts?: Shape | undefined
  /** Only nodes with an output that fits this type. */
  gives?: Shape | undefined
  /** Ids that people marked. */
  favourites?: ReadonlySet<string> | undefined
  /** Ids that were used last, the latest first. */
  recent?: readonly string[] | undefined
}

/** A node that was found. */
export interface Found {
  node: NodeRecord
  score: number
  title: string
  /** What matches, to be highlighted. */
  ranges: { id: Range[]; title: Range[]; help: Range[] }
  /** Port to be linked: the first that takes, or gives, the type that was asked for. */
  port: string | null
}

interface Entry {
  node: NodeRecord
  title: string
  texts: { id: string; title: string; help: string }
  types: string
}

type Field = 'title' | 'id' | 'help'

const NAMES = ['title', 'id'] as const
const FIELDS = ['title', 'id', 'help'] as const
/** Weight of a match, by where it is. */
const WEIGHT: Readonly<Record<Field, number>> = { title: 2.5, id: 2.5, help: 0.5 }
/** Shorter words are in nearly every help and type. */
const TELLING = 3
const TYPE_SCORE = 4
const FAVOURITE = 6
const RECENT = 4

/**
 * Nodes that match every word of a query, best first; without a query all, favourites and recent ones first. When
 * none does, those that do if the words are mistyped.
 */
export function searchNodes(query: string, catalogue: Catalogue, wanted: Wanted = {}): Found[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found = matched(words, catalogue, wanted, bestField)
  return found.length > 0 ? found : matched(words, catalogue, wanted, mistyped)
}

/** Score of a word in a node, 0 when it is not there; what it matches is added to the ranges. */
type Score = (entry: Entry, word: string, ranges: Found['ranges']) => number

function matched(words: readonly string[], catalogue: Catalogue, wanted: Wanted, scoreOf: Score): Found[] {
  const recent = new Map((wanted.recent ?? []).map((id, place) => [id, RECENT / (place + 1)]))
  const found: Found[] = []
  for (const entry of entriesOf(catalogue)) {
    const hit = match(entry, words, scoreOf)
    const port = hit && portFor(entry.node, catalogue, wanted)
    if (!hit || port === undefined) continue
    const liked = (wanted.favourites?.has(entry.node.id) ? FAVOURITE : 0) + (recent.get(entry.node.id) ?? 0)
    found.push({ ...hit, node: entry.node, title: entry.title, score: hit.score + liked, port })
  }
  return found.sort((one, other) => other.score - one.score) // equal ones stay in the order of their ids
}

/** Title of a node: the last part of its id as people read it. */
export function titleOf(id: string): string {
  const words = id.slice(id.lastIndexOf('.') + 1).replace(/_+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Family of a node: its id without the last part. */
export function familyOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('.')))
}

/** First input that takes a type; null when none does. */
export function inputFor(node: NodeRecord, type: Shape, catalogue: Catalogue): string | null {
  const fits = ([, port]: [string, NodeRecord['inputs'][string]]) =>
    new Bindings().link(type, ownedBy(shapeOf(port), node.id), catalogue.fits)
  return Object.entries(node.inputs).find(fits)?.[0] ?? null
}

/** First output that fits a type; null when none does. */
export function outputFor(node: NodeRecord, type: Shape, catalogue: Catalogue): string | null {
  const fits = ([, port]: [string, NodeRecord['outputs'][string]]) =>
    new Bindings().link(ownedBy(shapeOf(port), node.id), type, catalogue.fits)
  return Object.entries(node.outputs).find(fits)?.[0] ?? null
}

const indexes = new WeakMap<Catalogue, Entry[]>()

function entriesOf(catalogue: Catalogue): Entry[] {
  const made = indexes.get(catalogue)
  if (made) return made
  const nodes = [...catalogue.nodes.values()].sort((one, other) => compare(one.id, other.id))
  const entries = nodes.map((node): Entry => {
    const title = titleOf(node.id)
    const ports = [...Object.values(node.inputs), ...Object.values(node.outputs)]
    return {
      node,
      title,
      texts: { id: node.id.toLowerCase(), title: title.toLowerCase(), help: node.help.toLowerCase() },
      types: [...new Set(ports.map((port) => port.type.toLowerCase()))].join('\n'),
    }
  })
  indexes.set(catalogue, entries)
  return entries
}

/** The port for the type that was asked for; null when none was, undefined when the node has no such port. */
function portFor(node: NodeRecord, catalogue: Catalogue, wanted: Wanted): string | null | undefined {
  const given = wanted.gives && outputFor(node, wanted.gives, catalogue)
  if (given === null) return undefined
  if (!wanted.accepts) return given ?? null
  return inputFor(node, wanted.accepts, catalogue) ?? undefined
}

function match(entry: Entry, words: readonly string[], scoreOf: Score): Pick<Found, 'score' | 'ranges'> | null {
  const ranges = noRanges()
  let score = 0
  for (const word of words) {
    const best = scoreOf(entry, word, ranges)
    if (best === 0) return null
    score += best
  }
  return { score, ranges }
}

/** Score of a word where it matches best; it is highlighted wherever it matches in title and id. */
function bestField(entry: Entry, word: string, ranges: Found['ranges']): number {
  const telling = word.length >= TELLING
  let best = telling && entry.types.includes(word) ? TYPE_SCORE : 0
  for (const field of telling ? FIELDS : NAMES) {
    const hit = field === 'help' ? within(word, entry.texts.help) : fuzzy(word, entry.texts[field])
    if (!hit) continue
    best = Math.max(best, hit.score * WEIGHT[field])
    ranges[field].push(...hit.ranges)
  }
  return best
}

/** The same for a word that may be mistyped. */
const mistyped: Score = (entry, word, ranges) => {
  const best = bestField(entry, word, ranges)
  return best > 0 ? best : Math.max(...FIELDS.map((field) => (isMeant(word, entry.texts[field]) ? WEIGHT[field] : 0)))
}

interface Hit {
  score: number
  ranges: Range[]
}

/**
 * Letters of a word in order in a text: together at a word's start is best, scattered is not found in a long
 * one.
 */
export function fuzzy(word: string, text: string): Hit | null {
  const whole = within(word, text)
  if (whole) return whole
  const ranges: Range[] = []
  let [score, from] = [0, 0]
  for (const letter of word) {
    const place = nextPlace(text, letter, from)
    if (place < 0) return null
    const last = ranges.at(-1)
    if (last?.[1] === place) {
      last[1] += 1
      score += 1
    } else {
      ranges.push([place, place + 1])
      score += isStart(text, place) ? 1 : 0.2
    }
    from = place + 1
  }
  return score >= word.length * 0.6 ? { score, ranges } : null
}

/** Where a letter is next: right here, else at the start of a word, else anywhere. */
function nextPlace(text: string, letter: string, from: number): number {
  if (text[from] === letter) return from
  for (let place = text.indexOf(letter, from); place >= 0; place = text.indexOf(letter, place + 1)) {
    if (isStart(text, place)) return place
  }
  return text.indexOf(letter, from)
}

/** A word as it is in a text, at the start of one of its words if possible; best at the start of the text. */
function within(word: string, text: string): Hit | null {
  const first = text.indexOf(word)
  let place = first
  while (place > 0 && !isStart(text, place)) place = text.indexOf(word, place + 1)
  if (place < 0 && first < 0) return null
  const from = place < 0 ? first : place
  const start = place === 0 ? AT_START : place > 0 ? AT_WORD : 0
  const score = word.length + start + (NEARNESS * word.length) / text.length
  return { score, ranges: [[from, from + word.length]] }
}

const AT_START = 7
const AT_WORD = 3
/** The shorter the text, the more of it was meant. */
const NEARNESS = 4

function isStart(text: string, place: number): boolean {
  return place === 0 || SEPARATORS.includes(text[place - 1] ?? '')
}

const SEPARATORS = ' ._-/,;:()"\'\n'

function noRanges(): Found['ranges'] {
  return { id: [], title: [], help: [] }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
