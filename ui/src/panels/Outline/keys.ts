/** What the keys do in a tree of rows. */

export interface TreeRow {
  readonly path: string
  readonly title: string
  readonly depth: number
  /** Whether there is something inside, and whether that is listed. */
  readonly inside: boolean
  readonly open: boolean
}

export type Step = { readonly go: number } | { readonly open: boolean } | null

/** What a key does at a row: go to another one, or list or hide what is inside. */
export function stepOf(key: string, rows: readonly TreeRow[], place: number): Step {
  const row = rows[place]
  if (!row) return null
  switch (key) {
    case 'ArrowDown':
      return { go: Math.min(rows.length - 1, place + 1) }
    case 'ArrowUp':
      return { go: Math.max(0, place - 1) }
    case 'Home':
      return { go: 0 }
    case 'End':
      return { go: rows.length - 1 }
    case 'ArrowRight':
      if (!row.inside) return { go: place }
      return row.open ? { go: place + 1 } : { open: true }
    case 'ArrowLeft':
      return row.inside && row.open ? { open: false } : { go: outer(rows, place) }
    default:
      return null
  }
}

function outer(rows: readonly TreeRow[], place: number): number {
  const depth = rows[place]?.depth ?? 1
  for (let above = place - 1; above >= 0; above--) if ((rows[above]?.depth ?? 1) < depth) return above
  return place
}

/** The next row whose title begins with what was typed, the row itself last; -1 when there is none. */
export function typedTo(text: string, rows: readonly TreeRow[], place: number): number {
  const wanted = text.toLocaleLowerCase()
  const same = new Set(wanted).size === 1
  // One letter typed again and again goes on to the next; more letters may still mean this row
  const from = same ? place + 1 : place
  const prefix = same ? wanted.charAt(0) : wanted
  for (let away = 0; away < rows.length; away++) {
    const at = (from + away) % rows.length
    if (rows[at]?.title.toLocaleLowerCase().startsWith(prefix)) return at
  }
  return -1
}
