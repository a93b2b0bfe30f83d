/** The previews that are more than a picture: their code comes once the graph is shown. */

import { shown } from '../../shell/shown'
import { useLate } from './turns'

type Previews = typeof import('./preview/previews')

let ready: Previews | null = null
const arrived = shown
  .then(() => import('./preview/previews'))
  .then((loaded) => {
    ready = loaded
  })
  .catch(() => undefined) // pictures are shown without it; a reload brings the rest
const isReady = () => ready !== null

/** What is said of an instance in a few words, and nothing before that can be said; then `later` is called. */
export function toldOf(session: string, instance: string, later: () => void): string {
  if (!ready) void arrived.then(() => ready && later())
  return ready?.toldOf(session, instance) ?? ''
}

/** The previews, once they are there; on cards that come into view while it moves, once it rests. */
export function useLatePreviews(): Previews | null {
  return useLate(isReady, arrived) ? null : ready
}
