import type { KeyboardEvent } from 'react'

const steps = {
  horizontal: { ArrowLeft: -1, ArrowRight: 1 },
  vertical: { ArrowUp: -1, ArrowDown: 1 },
} as const

/** Where a key leads from place `at` of `count`, round and round; null if nowhere. */
export function nextPlace(key: string, at: number, count: number, axis: keyof typeof steps): number | null {
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = (steps[axis] as Readonly<Record<string, number>>)[key]
  return step === undefined ? null : (at + step + count) % count
}

/** Moves the focus among the parts of a composite by arrow keys, Home and End. */
export function moveFocus(event: KeyboardEvent<HTMLElement>, parts: string, axis: keyof typeof steps): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(parts)]
  const at = all.findIndex((part) => part === document.activeElement)
  const next = at === -1 ? null : nextPlace(event.key, at, all.length, axis)
  if (next === null) return
  event.preventDefault()
  all[next]?.focus()
}
