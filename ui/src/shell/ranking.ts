/** How well a command fits what was typed into the palette. */

import { defaultFilter } from 'cmdk'

/** What a command is found by. */
export interface Names {
  readonly title: string
  /** More words, that nobody sees. */
  readonly words: string
  readonly group: string
}

/**
 * From 0, not at all, to 1: a whole name before the beginning of one, whole words before their beginnings, and letters
 * that are merely found in order last.
 */
export function rank({ title, words, group }: Names, typed: string): number {
  const wanted = typed.trim()
  const said = Math.max(asWords(title, wanted), 0.6 * asWords(words, wanted))
  if (said > 0) return 0.5 + said / 2
  const byGroup = defaultFilter(`${group} ${title}`, wanted)
  return Math.max(defaultFilter(title, wanted), 0.8 * defaultFilter(words, wanted), 0.5 * byGroup) / 2
}

function asWords(text: string, typed: string): number {
  const [have, want] = [wordsOf(text), wordsOf(typed)]
  if (want.length === 0) return 0
  if (text.toLowerCase() === typed.toLowerCase()) return 1
  const short = want.length / Math.max(want.length, have.length) // of equals, the shorter was meant
  const first = want.every((word, place) => have[place]?.startsWith(word)) ? 0.2 : 0
  if (want.every((word) => have.includes(word))) return 0.6 + first + short / 10
  if (want.every((word) => have.some((one) => one.startsWith(word)))) return 0.3 + first + short / 10
  return 0
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
