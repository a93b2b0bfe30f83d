let menuOpener: HTMLElement | null = null

/** Remembers what a menu was opened from, since its entries are gone when the focus is given back. */
export function rememberOpener(opener: HTMLElement | null): void {
  menuOpener = opener
}

/** What has the focus, to give it back later; for the entry of a menu, what opened the menu. */
export function focusedNow(): HTMLElement | null {
  const active = document.activeElement
  if (active?.closest('[role=menu]')) return menuOpener
  return active instanceof HTMLElement ? active : null
}

/** Gives the focus back to what had it; to the canvas if that is gone. What took the focus since keeps it. */
export function focusAgain(before: HTMLElement | null): void {
  const active = document.activeElement
  // A dialog below takes the focus as a whole when the one above it goes.
  const free = !active || active === document.body || active.matches('[role=dialog], [role=alertdialog]')
  if (!free) return
  const usable = before?.isConnected && before !== document.body
  const place = usable ? before : document.querySelector<HTMLElement>('[data-scope=canvas]')
  place?.focus({ preventScroll: true })
}

/**
 * Where menus and tips are put: into the page's header, since whatever is seen should belong to a landmark. A
 * dialog hides that from screen readers, so that with one open it is the body.
 */
export function layerPlace(): HTMLElement | undefined {
  const modal = document.querySelector('[role=dialog], [role=alertdialog]')
  return modal ? undefined : (document.getElementById('frame-top') ?? undefined)
}
