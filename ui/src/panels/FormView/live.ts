/** What a run shows while it computes. */

import { useSyncExternalStore } from 'react'
import { isOver, livePictures, nodeKey, useRuns } from '../../stores/runs'

const subscribe = (listener: () => void) => livePictures.subscribeAll(listener)

/**
 * The picture so far of an instance, else of whatever leads to it, while a run is under way.
 *
 * Most outputs come of a last node that is quick, behind a sampler that is not.
 */
export function useLivePicture(session: string, instance: string): string | undefined {
  const running = useRuns((state) => {
    const run = state.shown[session]?.record
    return run !== undefined && !isOver(run)
  })
  const picture = useSyncExternalStore(subscribe, () => pictureFor(session, instance))
  return running ? picture : undefined
}

function pictureFor(session: string, instance: string): string | undefined {
  const own = livePictures.get(nodeKey(session, instance))
  if (own) return own
  let latest: string | undefined
  for (const [key, picture] of livePictures.entries()) if (key.startsWith(`${session}:`)) latest = picture
  return latest
}
