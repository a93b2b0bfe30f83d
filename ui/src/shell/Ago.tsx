import { useSyncExternalStore } from 'react'
import { formatAgo } from '../i18n/t'

const STEP = 10_000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  now = Date.now()
  listeners.forEach((hear) => hear())
}

// One clock for all that are shown; none while nothing is.
function follow(hear: () => void): () => void {
  listeners.add(hear)
  timer ??= setInterval(tick, STEP)
  now = Date.now()
  return () => {
    listeners.delete(hear)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** How long ago a moment was, in milliseconds since 1970; right for as long as it is shown. */
export function Ago({ moment }: { readonly moment: number }) {
  const today = useSyncExternalStore(follow, () => now)
  return <>{formatAgo(Math.min(moment, today), new Date(today))}</>
}
