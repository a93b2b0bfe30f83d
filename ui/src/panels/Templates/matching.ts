import type { GraphRecord } from '../../protocol'

/** The graphs in whose title, name or help every word of a query stands; those with it in the title come first. */
export function matching<T extends Pick<GraphRecord, 'title' | 'name' | 'help'>>(graphs: readonly T[], query: string): T[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const rank = (one: T) => {
    const title = one.title.toLocaleLowerCase()
    const all = `${title} ${one.name} ${one.help}`.toLocaleLowerCase()
    if (!words.every((word) => all.includes(word))) return -1
    return words.every((word) => title.includes(word)) ? 1 : 0
  }
  return graphs
    .map((one) => ({ one, rank: rank(one) }))
    .filter((found) => found.rank >= 0)
    .sort((one, other) => other.rank - one.rank)
    .map((found) => found.one)
}
