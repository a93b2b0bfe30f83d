/** Whether the graph is shown as a form: a part of the page's address, so that it stays over a reload. */

import { useSyncExternalStore } from 'react'

const HASH = '#form'

export const isForm = () => location.hash === HASH

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** Whether the form is to be shown; draws again when that changes. */
export const useIsForm = () => useSyncExternalStore(subscribe, isForm)

/** Show the graph as a form, or as a graph. */
export function showForm(form: boolean): void {
  if (form === isForm()) return
  if (form) location.hash = HASH
  else {
    // Without a hash sign left over, and with a step that "back" undoes.
    history.pushState(null, '', location.pathname + location.search)
    window.dispatchEvent(new HashChangeEvent('hashchange'))
  }
}
