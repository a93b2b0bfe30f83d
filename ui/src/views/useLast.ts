import { useState } from 'react'
import type { Loaded } from './useLoad'

/** What was loaded, and while something else is loaded what was there before, so that a view does not flicker. */
export function useLast<T>(loaded: Loaded<T>): Loaded<T> {
  const [last, setLast] = useState<T | null>(null)
  if (loaded.state === 'ready' && loaded.value !== last) setLast(loaded.value)
  return loaded.state === 'loading' && last !== null ? { state: 'ready', value: last, retry: loaded.retry } : loaded
}
