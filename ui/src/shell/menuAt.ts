import { create } from 'zustand'
import { focusedNow, rememberOpener } from './focus'
import type { MenuEntry } from './Menu'

/** Entries, or what gives them when the menu opens. */
export type Entries = readonly MenuEntry[] | (() => readonly MenuEntry[])

/** A place of the window, in CSS px. */
export interface Anchor {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface OpenMenu {
  readonly anchor: Anchor
  readonly entries: readonly MenuEntry[]
  /** What the entries came from. */
  readonly source: Entries
  readonly align: 'start' | 'center' | 'end'
  readonly side: 'top' | 'right' | 'bottom' | 'left'
  /** The id of the element that it belongs to and is named after, if one opened it. */
  readonly opener: string | null
  /** Where the focus goes when it closes. */
  readonly back: HTMLElement | null
}

/** One menu can be open at a time. */
export const useMenuAt = create<{ readonly menu: OpenMenu | null }>(() => ({ menu: null }))

type Options = Partial<Pick<OpenMenu, 'align' | 'side' | 'opener' | 'back'>>

const listed = (entries: Entries) => (typeof entries === 'function' ? entries() : entries)

/** Lists the entries of the open menu again, such as when there are more commands. */
export function listAgain(): void {
  const { menu } = useMenuAt.getState()
  if (menu) useMenuAt.setState({ menu: { ...menu, entries: listed(menu.source) } })
}

/** Opens a menu beside a place of the window. */
export function openMenu(anchor: Anchor, entries: Entries, options: Options = {}): void {
  const menu: OpenMenu = {
    anchor,
    entries: listed(entries),
    source: entries,
    align: 'start',
    side: 'bottom',
    opener: null,
    back: focusedNow(),
    ...options,
  }
  rememberOpener(menu.back)
  useMenuAt.setState({ menu })
}

/** Opens a menu at a point of the window, in CSS px; where what was clicked is no element, as on a canvas. */
export function openMenuAt(x: number, y: number, entries: Entries): void {
  openMenu({ x, y, width: 1, height: 1 }, entries, { side: 'right' })
}

export function closeMenuAt(): void {
  useMenuAt.setState({ menu: null })
}
