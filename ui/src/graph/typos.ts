/** Words as people mistype them: a letter too many, left out, wrong, or two swapped. */

/** Letters of a word for which one slip is forgiven; twice as many for two. */
const FORGIVEN = 4

/** Whether a word of a text was meant by another one, which has slips in it for its length. */
export function isMeant(word: string, text: string): boolean {
  const slips = Math.min(2, Math.floor(word.length / FORGIVEN))
  if (slips === 0) return text.includes(word)
  return wordsOf(text).some((one) => Math.abs(one.length - word.length) <= slips && distance(word, one) <= slips)
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? []

/** Slips by which two words differ, of which swapped neighbours are one (optimal string alignment). */
export function distance(one: string, other: string): number {
  let before: number[] = []
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const change = at(above, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row.push(Math.min(change, at(above, j) + 1, at(row, j - 1) + 1, swapped ? at(before, j - 2) + 1 : Infinity))
    }
    ;[before, above] = [above, row]
  }
  return at(above, other.length)
}

const at = (row: readonly number[], place: number) => row[place] ?? Infinity
