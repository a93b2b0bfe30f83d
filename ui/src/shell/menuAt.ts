import { create } from 'zustand'
import { focusedNow } from './focus'
import type { Entries } from './Menu'

interface OpenMenu {
  readonly x: number
  readonly y: number
  readonly entries: Entries
  /** Where the focus goes when it closes. */
  readonly back: HTMLElement | null
}

export const useMenuAt = create<{ readonly menu: OpenMenu | null }>(() => ({ menu: null }))

/** Opens a menu at a place of the window, in CSS px; where what was clicked is no element, as on a canvas. */
export function openMenuAt(x: number, y: number, entries: Entries): void {
  useMenuAt.setState({ menu: { x, y, entries, back: focusedNow() } })
}

export function closeMenuAt(): void {
  useMenuAt.setState({ menu: null })
}
