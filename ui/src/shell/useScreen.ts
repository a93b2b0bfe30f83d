import { useSyncExternalStore } from 'react'

export type Screen = 'wide' | 'narrow' | 'phone'

const narrow = '(max-width: 899.98px)'
const phone = '(max-width: 599.98px)'

function read(): Screen {
  if (matchMedia(phone).matches) return 'phone'
  return matchMedia(narrow).matches ? 'narrow' : 'wide'
}

function subscribe(listener: () => void): () => void {
  const queries = [matchMedia(narrow), matchMedia(phone)]
  for (const query of queries) query.addEventListener('change', listener)
  return () => {
    for (const query of queries) query.removeEventListener('change', listener)
  }
}

/** How much room the window offers: below 900 px sidebars lie over the canvas, below 600 px it is a phone. */
export function useScreen(): Screen {
  return useSyncExternalStore(subscribe, read)
}
