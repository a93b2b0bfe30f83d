/** From so many letters on a family's name is a word, not an abbreviation such as VAE. */
const WORD = 4

/** The name of a family as a heading. */
export function familyTitle(family: string): string {
  if (family.length < WORD) return family.toUpperCase()
  const words = family.replaceAll('_', ' ').replaceAll('.', ' · ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
