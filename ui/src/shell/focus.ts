/** What has the focus, to give it back later; for the entry of a menu, what opened the menu. */
export function focusedNow(): HTMLElement | null {
  const active = document.activeElement
  const menu = active?.closest('[role=menu]')
  const opener = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  return opener instanceof HTMLElement ? opener : null
}

/** Gives the focus back to what had it; to the canvas if that is gone. */
export function focusAgain(before: HTMLElement | null): void {
  const usable = before?.isConnected && before !== document.body && before.ariaHidden !== 'true'
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
