import { useEffectEvent, useLayoutEffect, useRef, type FocusEvent } from 'react'
import { pathOf } from './store'

/**
 * Keep the keyboard in the tree when the row that has it is renamed or removed: it goes to the row that took its
 * place.
 */
export function useKeptFocus(rows: readonly { path: string }[], go: (path: string) => void) {
  const last = useRef<{ path: string; place: number } | null>(null)
  const keep = useEffectEvent(() => {
    const held = last.current
    if (!held || document.activeElement !== document.body) return
    if (rows.some((row) => row.path === held.path)) return
    const next = rows[Math.min(held.place, rows.length - 1)]
    if (next) go(next.path)
  })
  useLayoutEffect(() => keep(), [rows])
  return {
    onFocus: (event: FocusEvent) => {
      const path = pathOf(event.target)
      if (path) last.current = { path, place: rows.findIndex((row) => row.path === path) }
    },
    onBlur: (event: FocusEvent) => {
      // A row that is taken away loses the focus to nobody, and is not there any more
      if (event.relatedTarget || event.target.isConnected) last.current = null
    },
  }
}
