import { useEffect, useState } from 'react'

/** Something that comes from the server. */
export type Loaded<T> =
  | { readonly state: 'loading'; readonly retry: () => void }
  | { readonly state: 'ready'; readonly value: T; readonly retry: () => void }
  | { readonly state: 'failed'; readonly error: string; readonly retry: () => void }

type Outcome<T> = { readonly of: string; readonly value: T } | { readonly of: string; readonly error: string }

/**
 * Load something when first shown, and again when `key` changes or people ask to.
 *
 * @param key Names what is loaded; an answer for another key is not shown.
 * @param load Gets it; it should stop when the signal says so.
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [outcome, setOutcome] = useState<Outcome<T> | null>(null)
  const [tries, setTries] = useState(0)
  const of = `${tries} ${key}`
  useEffect(() => {
    const stop = new AbortController()
    load(stop.signal).then(
      (value) => stop.signal.aborted || setOutcome({ of, value }),
      (error: unknown) => {
        if (!stop.signal.aborted) setOutcome({ of, error: error instanceof Error ? error.message : String(error) })
      },
    )
    return () => stop.abort()
    // What is loaded is named by the key; `load` is a new function at every render
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [of])
  const retry = () => setTries(tries + 1)
  if (outcome?.of !== of) return { state: 'loading', retry }
  return 'error' in outcome
    ? { state: 'failed', error: outcome.error, retry }
    : { state: 'ready', value: outcome.value, retry }
}
