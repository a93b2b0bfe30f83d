/** The name of a family as a heading. */
export function familyTitle(family: string): string {
  const words = family.replaceAll('_', ' ').replaceAll('.', ' · ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
