import type { Command } from '../stores/commands'
import { prefer, usePreferences } from '../stores/preferences'
import { shownTheme } from './appearance'
import { openPalette, openSettings, type PanelSpec } from './layout'
import { goToPanel, toggleSidebar } from './panelFocus'
import { walkRegions } from './regions'

function toggleTheme(): void {
  const { theme } = usePreferences.getState()
  const shown = shownTheme(theme, matchMedia('(prefers-color-scheme: dark)').matches)
  prefer({ theme: shown === 'dark' ? 'light' : 'dark' })
}

function focusNotices(): void {
  const buttons = document.querySelectorAll<HTMLElement>('.toasts button')
  buttons[buttons.length - 1]?.focus()
}

/** What can be done with the frame itself. */
export const shellCommands: readonly Command[] = [
  {
    id: 'shell.palette',
    titleKey: 'shell.openPalette',
    group: 'view',
    keys: ['mod+k', 'mod+shift+p'],
    whileTyping: true,
    hidden: true,
    run: openPalette,
  },
  {
    id: 'shell.settings',
    titleKey: 'shell.openSettings',
    group: 'settings',
    keys: ['mod+,'],
    run: () => openSettings(),
  },
  {
    id: 'shell.keys',
    titleKey: 'shell.openKeys',
    group: 'settings',
    keys: ['?'],
    run: () => openSettings('keys'),
  },
  { id: 'shell.theme', titleKey: 'shell.toggleTheme', group: 'settings', run: toggleTheme },
  {
    id: 'shell.left',
    titleKey: 'shell.toggleLeft',
    group: 'view',
    keys: ['mod+b'],
    run: () => toggleSidebar('left'),
  },
  {
    id: 'shell.right',
    titleKey: 'shell.toggleRight',
    group: 'view',
    keys: ['mod+alt+b'],
    run: () => toggleSidebar('right'),
  },
  {
    id: 'shell.notices',
    titleKey: 'shell.focusNotices',
    group: 'go',
    keys: ['f8'],
    whileTyping: true,
    run: focusNotices,
  },
  {
    id: 'shell.nextRegion',
    titleKey: 'shell.nextRegion',
    group: 'go',
    keys: ['f6'],
    whileTyping: true,
    run: () => walkRegions(1),
  },
  {
    id: 'shell.previousRegion',
    titleKey: 'shell.previousRegion',
    group: 'go',
    keys: ['shift+f6'],
    whileTyping: true,
    run: () => walkRegions(-1),
  },
]

/** One command for each panel, `panel.<id>`, that goes to it; run in the panel itself, it closes it. */
export function panelCommands(panels: readonly PanelSpec[]): Command[] {
  return panels.map(({ id, titleKey, keys }) => ({
    id: `panel.${id}`,
    titleKey,
    group: 'go',
    keys,
    run: () => goToPanel(id),
  }))
}
