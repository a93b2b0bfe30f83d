import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import { create } from 'zustand'
import type { Key } from '../i18n/t'
import { prefer, sideWidth, usePreferences } from '../stores/preferences'

export type Side = 'left' | 'right'

/** A panel that a sidebar can show. */
export interface PanelSpec {
  readonly id: string
  readonly icon: LucideIcon
  readonly titleKey: Key
  /** Usually `lazyPart(() => import(…))`: it is loaded when it is first shown. */
  readonly component: ComponentType
  readonly side: Side
  /** The chords that show and hide it; see `Command.keys`. */
  readonly keys?: readonly string[]
  /** Draws a number or a dot on the panel's button, such as how many runs wait. */
  readonly badge?: ComponentType
  /** Draws buttons into the panel's header. */
  readonly tools?: ComponentType
}

/** The pages of the settings. */
export const settingsPages = ['appearance', 'language', 'canvas', 'keys', 'about'] as const
export type SettingsPage = (typeof settingsPages)[number]

interface Layout {
  readonly panels: readonly PanelSpec[]
  /** The panel that lies over the canvas, where the window has no room for sidebars. */
  readonly sheet: string | null
  readonly palette: boolean
  readonly settings: SettingsPage | null
}

export const useLayout = create<Layout>(() => ({ panels: [], sheet: null, palette: false, settings: null }))

/** Says which panels there are; the first of each side is shown at first. */
export function setPanels(panels: readonly PanelSpec[]): void {
  useLayout.setState({ panels })
}

/** The side of a panel; undefined of one that there is not. */
export function sideOf(id: string): Side | undefined {
  return useLayout.getState().panels.find((panel) => panel.id === id)?.side
}

/** The panel of a side that is shown, or was last. */
export function panelOf(side: Side, panels: readonly PanelSpec[], wanted: string | null): PanelSpec | undefined {
  const own = panels.filter((panel) => panel.side === side)
  return own.find((panel) => panel.id === wanted) ?? own[0]
}

function hasRoom(): boolean {
  return matchMedia('(min-width: 900px)').matches
}

/** Shows a panel, in its sidebar or, where there is no room, over the canvas. */
export function openPanel(id: string): void {
  const side = sideOf(id)
  if (!side) return
  if (!hasRoom()) useLayout.setState({ sheet: id })
  else prefer({ [side]: { ...usePreferences.getState()[side], open: true, panel: id } })
}

/** Shows a panel, or closes it if it is shown. */
export function togglePanel(id: string): void {
  const side = sideOf(id)
  if (!side) return
  if (isPanelOpen(id)) closeSide(side)
  else openPanel(id)
}

/** Whether a panel is on the screen. */
export function isPanelOpen(id: string): boolean {
  const side = sideOf(id)
  if (!side) return false
  const { sheet, panels } = useLayout.getState()
  if (!hasRoom()) return sheet === id
  const { open, panel } = usePreferences.getState()[side]
  return open && panelOf(side, panels, panel)?.id === id
}

/** Closes a sidebar, and the sheet over the canvas. */
export function closeSide(side: Side): void {
  if (!hasRoom()) useLayout.setState({ sheet: null })
  else prefer({ [side]: { ...usePreferences.getState()[side], open: false } })
}

/** Closes the panel that lies over the canvas, to show what was chosen in it. */
export function closeSheet(): void {
  useLayout.setState({ sheet: null })
}

/** Opens a sidebar with the panel it had, or closes it. */
export function toggleSide(side: Side): void {
  const { panels, sheet } = useLayout.getState()
  const layout = usePreferences.getState()[side]
  const panel = panelOf(side, panels, layout.panel)
  if (!panel) return
  const open = hasRoom() ? layout.open : panels.some((one) => one.id === sheet && one.side === side)
  if (open) closeSide(side)
  else openPanel(panel.id)
}

/** Sets the width of a sidebar, in px, within what is usable. */
export function resizeSide(side: Side, width: number): void {
  const bounded = Math.min(sideWidth.most, Math.max(sideWidth.least, Math.round(width)))
  prefer({ [side]: { ...usePreferences.getState()[side], width: bounded } })
}

export function openPalette(): void {
  useLayout.setState({ palette: true })
}

export function closePalette(): void {
  useLayout.setState({ palette: false })
}

export function openSettings(page: SettingsPage = 'appearance'): void {
  useLayout.setState({ settings: page })
}

export function closeSettings(): void {
  useLayout.setState({ settings: null })
}
