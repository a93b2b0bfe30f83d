import { Check, ChevronRight, type LucideIcon } from 'lucide-react'
import { ContextMenu, DropdownMenu } from 'radix-ui'
import { Fragment, useState, type ComponentProps, type ReactNode } from 'react'
import { isReady, runCommand, titleOf, useCommands } from '../stores/commands'
import { layerPlace } from './focus'
import { CommandKeys, KeyHint } from './KeyHint'
import './Menu.css'

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

/** Entries, or what gives them when the menu opens. */
export type Entries = readonly MenuEntry[] | (() => readonly MenuEntry[])

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

// Both kinds of menu have the same parts, with the same props as far as they are used here.
type Parts = Pick<
  typeof DropdownMenu,
  'Item' | 'CheckboxItem' | 'Separator' | 'Label' | 'Sub' | 'SubTrigger' | 'SubContent' | 'ItemIndicator' | 'Portal'
>

function Body({ entry }: { readonly entry: MenuItem }) {
  const Icon = entry.icon
  return (
    <>
      {entry.checked === undefined && Icon && <Icon className="menu__icon" size={14} aria-hidden="true" />}
      <span className="menu__label">{entry.label}</span>
      {entry.hint !== undefined && <span className="menu__hint">{entry.hint}</span>}
      {entry.command !== undefined && <CommandKeys command={entry.command} />}
      {entry.keys !== undefined && <KeyHint chord={entry.keys} />}
    </>
  )
}

function Item({ entry, parts }: { readonly entry: MenuItem; readonly parts: Parts }) {
  const className = `menu__item ${entry.danger ? 'menu__item--danger' : ''}`
  const shared = { className, disabled: entry.disabled, textValue: entry.label, onSelect: entry.onSelect }
  if (entry.checked === undefined) {
    return (
      <parts.Item {...shared}>
        <Body entry={entry} />
      </parts.Item>
    )
  }
  return (
    <parts.CheckboxItem {...shared} checked={entry.checked}>
      <span className="menu__icon menu__icon--check">
        <parts.ItemIndicator>
          <Check size={14} aria-hidden="true" />
        </parts.ItemIndicator>
      </span>
      <Body entry={entry} />
    </parts.CheckboxItem>
  )
}

function List({ entries, parts }: { readonly entries: readonly MenuEntry[]; readonly parts: Parts }) {
  return entries.map((entry, index) => {
    if (entry === 'line') return <parts.Separator key={index} className="menu__line" />
    if ('heading' in entry) {
      return (
        <parts.Label key={index} className="menu__heading">
          {entry.heading}
        </parts.Label>
      )
    }
    if ('onSelect' in entry) return <Item key={entry.id} entry={entry} parts={parts} />
    const Icon = entry.icon
    return (
      <Fragment key={entry.id}>
        <parts.Sub>
          <parts.SubTrigger className="menu__item">
            {Icon && <Icon className="menu__icon" size={14} aria-hidden="true" />}
            <span className="menu__label">{entry.label}</span>
            <ChevronRight size={14} aria-hidden="true" />
          </parts.SubTrigger>
          <parts.Portal container={layerPlace()}>
            <parts.SubContent className="menu" collisionPadding={8}>
              <List entries={entry.entries} parts={parts} />
            </parts.SubContent>
          </parts.Portal>
        </parts.Sub>
      </Fragment>
    )
  })
}

const read = (entries: Entries) => (typeof entries === 'function' ? entries() : entries)

export interface MenuProps {
  readonly entries: Entries
  /** The one button that opens it. */
  readonly children: ReactNode
  readonly align?: 'start' | 'center' | 'end'
  readonly side?: ComponentProps<typeof DropdownMenu.Content>['side']
}

/** A menu below its button. */
export function Menu({ entries, children, align = 'start', side }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <MenuContent entries={entries} align={align} side={side} />
    </DropdownMenu.Root>
  )
}

type ContentProps = Omit<MenuProps, 'children'> & Pick<ComponentProps<typeof DropdownMenu.Content>, 'onCloseAutoFocus'>

/** What a menu shows, for those that open in another way than by a button. */
export function MenuContent({ entries, ...rest }: ContentProps) {
  return (
    <DropdownMenu.Portal container={layerPlace()}>
      <DropdownMenu.Content className="menu" sideOffset={4} collisionPadding={8} {...rest}>
        <Late entries={entries} parts={DropdownMenu} />
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  )
}

// Drawn only while the menu is open, so that entries are asked for when it opens, and once.
function Late({ entries, parts }: { readonly entries: Entries; readonly parts: Parts }) {
  const [list] = useState(() => read(entries))
  return <List entries={list} parts={parts} />
}

export interface RightClickMenuProps {
  readonly entries: Entries
  /** The one element on which the right button, Shift+F10 or a long touch opens it. */
  readonly children: ReactNode
}

/** A menu where the pointer is. */
export function RightClickMenu({ entries, children }: RightClickMenuProps) {
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal container={layerPlace()}>
        <ContextMenu.Content className="menu" collisionPadding={8}>
          <Late entries={entries} parts={ContextMenu} />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}
