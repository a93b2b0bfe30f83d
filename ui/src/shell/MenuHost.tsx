import { DropdownMenu } from 'radix-ui'
import { focusAgain } from './focus'
import { MenuContent } from './Menu'
import { closeMenuAt, useMenuAt } from './menuAt'

/** Draws the menu that `openMenuAt` opens. */
export function MenuHost() {
  const menu = useMenuAt((state) => state.menu)
  if (!menu) return null
  const { x, y, entries, back } = menu
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && closeMenuAt()} key={`${x} ${y}`}>
      <DropdownMenu.Trigger asChild>
        <span className="menu__point" style={{ left: x, top: y }} tabIndex={-1} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <MenuContent
        entries={entries}
        align="start"
        onCloseAutoFocus={(event) => {
          event.preventDefault()
          focusAgain(back)
        }}
      />
    </DropdownMenu.Root>
  )
}
