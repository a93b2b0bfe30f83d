import type { LucideIcon } from 'lucide-react'
import {
  cloneElement,
  useId,
  type DOMAttributes,
  type HTMLAttributes,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactElement,
} from 'react'
import { isReady, runCommand, titleOf, useCommands } from '../stores/commands'
import { closeMenuAt, openMenu, openMenuAt, useMenuAt, type Entries, type OpenMenu } from './menuAt'
import { beginTouch, closedByPress, endTouch, moveTouch, notePress } from './press'

export type { Entries } from './menuAt'

export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly icon?: LucideIcon
  /** Shown beside it: that of a command, or a chord. */
  readonly command?: string
  readonly keys?: string
  /** A secondary text at its end. */
  readonly hint?: string
  readonly disabled?: boolean
  readonly danger?: boolean
  /** Given for those that switch something. */
  readonly checked?: boolean
  readonly onSelect: () => void
}

/** A line between entries, a heading, an entry, or one that opens more. */
export type MenuEntry =
  | 'line'
  | { readonly heading: string }
  | MenuItem
  | { readonly id: string; readonly label: string; readonly icon?: LucideIcon; readonly entries: readonly MenuEntry[] }

/** The entry that runs a command: its title, its keys, disabled when it can't be run. Null if unknown. */
export function commandEntry(id: string, more: Partial<MenuItem> = {}): MenuItem | null {
  const command = useCommands.getState().commands.get(id)
  if (!command) return null
  return {
    id,
    label: titleOf(command),
    command: id,
    disabled: !isReady(command),
    onSelect: () => runCommand(id),
    ...more,
  }
}

/** The entries that run commands, in groups with lines between; those that are not registered are left out. */
export function commandEntries(...groups: readonly (readonly string[])[]): MenuEntry[] {
  const known = groups.map((ids) => ids.map((id) => commandEntry(id)).filter((entry) => entry !== null))
  return known.filter((group) => group.length > 0).flatMap((group, index) => (index ? ['line', ...group] : group))
}

export interface MenuProps {
  readonly entries: Entries
  /** The one button that opens it. */
  readonly children: ReactElement<HTMLAttributes<HTMLElement> & { readonly 'data-state'?: string }>
  readonly align?: OpenMenu['align']
  readonly side?: OpenMenu['side']
}

/** A menu below its button. The menu itself is drawn by the `MenuHost`, which is loaded when it is needed. */
export function Menu({ entries, children, align, side }: MenuProps) {
  const own = useId()
  const id = children.props.id ?? own
  const open = useMenuAt((state) => state.menu?.opener === id)
  const show = (button: HTMLElement) =>
    openMenu(button.getBoundingClientRect(), entries, { align, side, opener: id, back: button })
  return cloneElement(children, {
    id,
    'aria-haspopup': 'menu',
    'aria-expanded': open,
    'data-state': open ? 'open' : 'closed',
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      notePress(open)
      children.props.onPointerDown?.(event)
    },
    onClick: (event: MouseEvent<HTMLElement>) => {
      children.props.onClick?.(event)
      if (closedByPress()) closeMenuAt()
      else show(event.currentTarget)
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      children.props.onKeyDown?.(event)
      if (event.key !== 'ArrowDown') return
      event.preventDefault()
      show(event.currentTarget)
    },
  })
}

export interface RightClickMenuProps {
  readonly entries: Entries
  /** The one element on which the right button, Shift+F10 or a long touch opens it. */
  readonly children: ReactElement<DOMAttributes<HTMLElement>>
}

/** A menu where the pointer is. */
export function RightClickMenu({ entries, children }: RightClickMenuProps) {
  return cloneElement(children, {
    onContextMenu: (event: MouseEvent<HTMLElement>) => {
      children.props.onContextMenu?.(event)
      if (event.defaultPrevented) return
      event.preventDefault()
      endTouch()
      openMenuAt(event.clientX, event.clientY, entries)
    },
    // Not every browser makes a long touch a click of the right button.
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      children.props.onPointerDown?.(event)
      if (event.pointerType === 'mouse') return
      const { clientX: x, clientY: y } = event
      beginTouch(x, y, () => openMenuAt(x, y, entries))
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      children.props.onPointerMove?.(event)
      moveTouch(event.clientX, event.clientY)
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      children.props.onPointerUp?.(event)
      endTouch()
    },
    onPointerCancel: (event: PointerEvent<HTMLElement>) => {
      children.props.onPointerCancel?.(event)
      endTouch()
    },
  })
}
