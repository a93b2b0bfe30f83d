import { useCallback, useState, type KeyboardEvent } from 'react'

export interface Roving {
  /** Key of the one row that Tab comes to. */
  readonly current: string
  readonly setCurrent: (key: string) => void
  /** To be given to what holds the rows. */
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
}

/**
 * One row of a list can be tabbed to, and the arrow keys, Home and End go from row to row. Each row is an
 * element with `data-row`, which holds its key.
 */
export function useRoving(keys: readonly string[]): Roving {
  const [wanted, setCurrent] = useState('')
  const current = keys.includes(wanted) ? wanted : (keys[0] ?? '')
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
    const place = rows.findIndex((row) => row === document.activeElement || row.parentElement?.contains(document.activeElement))
    const next = place < 0 ? undefined : rows[movedTo(event.key, place, rows.length)]
    if (!next) return
    event.preventDefault()
    setCurrent(next.dataset['row'] ?? '')
    next.focus()
  }, [])
  return { current, setCurrent, onKeyDown }
}

/** Where a key leads from a place of a list; -1 for keys that lead nowhere. */
export function movedTo(key: string, place: number, count: number): number {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, place + 1)
    case 'ArrowUp':
      return Math.max(0, place - 1)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return -1
  }
}
