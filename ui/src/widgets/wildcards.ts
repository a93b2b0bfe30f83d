/** The random parts of a prompt, `{red|green}` and `__animal__`, found while it is typed. */

export interface Part {
  readonly text: string
  /** `open`: a brace without its partner, which the server would refuse. */
  readonly kind: 'plain' | 'choice' | 'name' | 'open'
}

const SIGN = /\\[\\{}|_]|__[A-Za-z0-9][\w-]*?__|[{}|]/g

/** Cut a prompt into its parts; joined, they are the prompt again. */
export function partsOf(text: string): Part[] {
  const marks = [...text.matchAll(SIGN)].filter(([sign]) => !sign.startsWith('\\'))
  const lonely = lonelyBraces(marks)
  const parts: Part[] = []
  let depth = 0
  let from = 0
  const plain = (to: number) => {
    if (to > from) parts.push({ text: text.slice(from, to), kind: depth > 0 ? 'choice' : 'plain' })
    from = to
  }
  for (const mark of marks) {
    const [sign] = mark
    if (sign === '|' && depth === 0) continue
    plain(mark.index)
    from += sign.length
    const kind = sign.startsWith('_') ? 'name' : lonely.has(mark.index) ? 'open' : 'choice'
    parts.push({ text: sign, kind })
    if (kind === 'choice') depth += sign === '{' ? 1 : sign === '}' ? -1 : 0
  }
  plain(text.length)
  return parts
}

function lonelyBraces(marks: readonly RegExpExecArray[]): Set<number> {
  const open: number[] = []
  const lonely: number[] = []
  for (const { 0: sign, index } of marks) {
    if (sign === '{') open.push(index)
    else if (sign === '}' && open.pop() === undefined) lonely.push(index)
  }
  return new Set([...lonely, ...open])
}
