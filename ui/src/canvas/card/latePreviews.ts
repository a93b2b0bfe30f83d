/** The previews that are more than a picture: their code comes once the graph is shown. */

import { startTransition, useEffect, useState } from 'react'
import { shown } from '../../shell/shown'
import { inMotion } from '../motion'
import { inTurn } from './turns'

type Previews = typeof import('./preview/previews')

let ready: Previews | null = null
const arrived = shown.then(() => import('./preview/previews')).then((loaded) => {
  ready = loaded
})
arrived.catch(() => undefined) // pictures are shown without it; a reload brings the rest

/** What is said of an instance in a few words, and nothing before that can be said; then `later` is called. */
export function toldOf(session: string, instance: string, later: () => void): string {
  if (!ready) void arrived.then(later)
  return ready?.toldOf(session, instance) ?? ''
}

/** The previews, once they are there; on cards that come into view while it moves, once it rests. */
export function useLatePreviews(): Previews | null {
  const [late, setLate] = useState(() => ready === null || inMotion())
  useEffect(() => {
    if (!late) return
    let leave = () => undefined as unknown
    let wanted = true
    void arrived.then(() => {
      if (wanted) leave = inTurn(() => startTransition(() => setLate(ready === null)))
    })
    return () => {
      wanted = false
      leave()
    }
  }, [late])
  return late ? null : ready
}
