import { isMeant } from '../../graph/typos'
import type { GraphRecord } from '../../protocol'

/**
 * The graphs in whose title, name or help every word of a query stands; those with it in the title come first. When
 * there are none, those where mistyped words stand.
 */
export function matching<T extends Named>(graphs: readonly T[], query: string): T[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const found = ranked(graphs, words, (text, word) => text.includes(word))
  return found.length > 0 ? found : ranked(graphs, words, (text, word) => text.includes(word) || isMeant(word, text))
}

type Named = Pick<GraphRecord, 'title' | 'name' | 'help'>

function ranked<T extends Named>(graphs: readonly T[], words: readonly string[], isIn: (text: string, word: string) => boolean): T[] {
  const rank = (one: T) => {
    const title = one.title.toLocaleLowerCase()
    const all = `${title} ${one.name} ${one.help}`.toLocaleLowerCase()
    if (!words.every((word) => isIn(all, word))) return -1
    return words.every((word) => isIn(title, word)) ? 1 : 0
  }
  return graphs
    .map((one) => ({ one, rank: rank(one) }))
    .filter((found) => found.rank >= 0)
    .sort((one, other) => other.rank - one.rank)
    .map((found) => found.one)
}
