import { Check, ChevronRight } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { Fragment, useEffect } from 'react'
import { t } from '../i18n/t'
import { useCommands } from '../stores/commands'
import { focusAgain, layerPlace } from './focus'
import { CommandKeys, KeyHint } from './KeyHint'
import type { MenuEntry, MenuItem } from './Menu'
import './Menu.css'
import { closeMenuAt, listAgain, useMenuAt } from './menuAt'

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

function Item({ entry }: { readonly entry: MenuItem }) {
  const className = `menu__item ${entry.danger ? 'menu__item--danger' : ''}`
  const shared = { className, disabled: entry.disabled, textValue: entry.label, onSelect: entry.onSelect }
  if (entry.checked === undefined) {
    return (
      <DropdownMenu.Item {...shared}>
        <Body entry={entry} />
      </DropdownMenu.Item>
    )
  }
  return (
    <DropdownMenu.CheckboxItem {...shared} checked={entry.checked}>
      <span className="menu__icon menu__icon--check">
        <DropdownMenu.ItemIndicator>
          <Check size={14} aria-hidden="true" />
        </DropdownMenu.ItemIndicator>
      </span>
      <Body entry={entry} />
    </DropdownMenu.CheckboxItem>
  )
}

function List({ entries }: { readonly entries: readonly MenuEntry[] }) {
  return entries.map((entry, index) => {
    if (entry === 'line') return <DropdownMenu.Separator key={index} className="menu__line" />
    if ('heading' in entry) {
      return (
        <DropdownMenu.Label key={index} className="menu__heading">
          {entry.heading}
        </DropdownMenu.Label>
      )
    }
    if ('onSelect' in entry) return <Item key={entry.id} entry={entry} />
    const Icon = entry.icon
    return (
      <Fragment key={entry.id}>
        <DropdownMenu.Sub>
          <DropdownMenu.SubTrigger className="menu__item">
            {Icon && <Icon className="menu__icon" size={14} aria-hidden="true" />}
            <span className="menu__label">{entry.label}</span>
            <ChevronRight size={14} aria-hidden="true" />
          </DropdownMenu.SubTrigger>
          <DropdownMenu.Portal container={layerPlace()}>
            <DropdownMenu.SubContent className="menu" collisionPadding={8}>
              <List entries={entry.entries} />
            </DropdownMenu.SubContent>
          </DropdownMenu.Portal>
        </DropdownMenu.Sub>
      </Fragment>
    )
  })
}

/** Draws the menu that is open, whoever opened it: see `Menu`, `RightClickMenu` and `openMenuAt`. */
export function MenuHost() {
  const menu = useMenuAt((state) => state.menu)
  useEffect(() => useCommands.subscribe(listAgain), [])
  const { x = 0, y = 0, width = 0, height = 0 } = menu?.anchor ?? {}
  return (
    <DropdownMenu.Root open={menu !== null} modal={false} onOpenChange={(open) => !open && closeMenuAt()}>
      <DropdownMenu.Trigger asChild>
        <span className="menu__anchor" style={{ left: x, top: y, width, height }} tabIndex={-1} aria-hidden="true" />
      </DropdownMenu.Trigger>
      {menu && (
        <DropdownMenu.Portal container={layerPlace()}>
          <DropdownMenu.Content
            // Another menu in place of this one is laid out anew.
            key={`${x} ${y} ${menu.opener}`}
            className="menu"
            align={menu.align}
            side={menu.side}
            sideOffset={menu.opener ? 4 : 0}
            collisionPadding={8}
            aria-labelledby={menu.opener ?? undefined}
            aria-label={menu.opener ? undefined : t('shell.menu')}
            onCloseAutoFocus={(event) => {
              event.preventDefault()
              focusAgain(menu.back)
            }}
          >
            <List entries={menu.entries} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      )}
    </DropdownMenu.Root>
  )
}
