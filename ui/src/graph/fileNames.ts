/** What the name of a file that a param holds tells: its kind, and whether it was sent to the server. */

/** Endings that are one kind of file. */
const ALIKE: Readonly<Record<string, string>> = { '.jpeg': '.jpg', '.tiff': '.tif', '.csv': '.txt', '.md': '.txt' }
const PICTURES: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.avif'])

/** Whether a file's name ends as a port asks; without endings it takes all. */
export function takes(suffixes: readonly string[], name: string): boolean {
  const ending = suffixOf(name)
  return suffixes.length === 0 || suffixes.some((one) => kind(one) === kind(ending))
}

/** Whether a file param names an upload. */
export function isUpload(id: string): boolean {
  return /^[0-9a-f]{32}\.[a-z0-9]{3,11}$/.test(id)
}

/** Whether a file is a picture, by its ending. */
export function isPicture(name: string): boolean {
  return PICTURES.has(suffixOf(name))
}

/** The ending of a name, with its dot. */
export function suffixOf(name: string): string {
  return /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? ''
}

const kind = (suffix: string) => ALIKE[suffix] ?? suffix
