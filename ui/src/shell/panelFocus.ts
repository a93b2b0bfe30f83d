/** The focus goes into a panel that a command shows, and comes back when the same command is run in it. */

import { focusAgain } from './focus'
import { closeSide, isPanelOpen, openPanel, sideOf, toggleSide, type Side } from './layout'
import { firstStop, regionOf } from './regions'

/** Frames that what a panel shows may take to come. */
const PATIENCE = 120

let before: HTMLElement | null = null

const isIn = (side: Side) => regionOf(document.activeElement)?.dataset['region'] === side

/** Shows a panel and goes into it; where the focus is in it already, closes it. */
export function goToPanel(id: string): void {
  const side = sideOf(id)
  if (!side) return
  if (isPanelOpen(id) && isIn(side)) leave(side)
  else {
    const focused = document.activeElement
    if (!isIn(side)) before = focused instanceof HTMLElement ? focused : null
    openPanel(id)
    requestAnimationFrame(() => enter(side))
  }
}

/** Shows a sidebar or hides it; the focus that was in it goes back to where it was before. */
export function toggleSidebar(side: Side): void {
  if (isIn(side)) leave(side)
  else toggleSide(side)
}

/** What the panel shows may be on its way: until then the panel itself has the focus. */
function enter(side: Side, frames = PATIENCE): void {
  const panel = document.querySelector<HTMLElement>(`[data-region=${side}]`)
  if (!panel?.contains(document.activeElement)) panel?.focus({ preventScroll: true })
  if (panel && document.activeElement !== panel) return
  const stop = firstStop(panel?.querySelector('.side__body') ?? null)
  if (stop) stop.focus({ preventScroll: true })
  else if (frames > 0) requestAnimationFrame(() => enter(side, frames - 1))
}

function leave(side: Side): void {
  const active = document.activeElement
  if (active instanceof HTMLElement) active.blur()
  closeSide(side)
  focusAgain(before)
  before = null
}
