import { useCallback, useEffect, useRef, useState } from 'react'

/** Text that is being typed, beside the value that it may become. */
export interface Draft {
  /** The draft, or the value while there is none. */
  readonly text: string
  readonly set: (text: string) => void
  /** Makes the draft the value; keeps it when it can't be one. */
  readonly settle: () => void
  /** Drops the draft; says whether there was one. */
  readonly drop: () => boolean
}

/**
 * A local draft: nothing is told to anybody before it is settled, which it also is when its field goes away, such as
 * a card that leaves the view, and when the page is hidden or closed.
 *
 * @param shown The value as text.
 * @param commit Takes the draft; false when it can't be a value.
 */
export function useDraft(shown: string, commit: (text: string) => boolean): Draft {
  const [text, setText] = useState<string | null>(null)
  // Blur follows Escape before the next render: handlers must see the draft as it is
  const now = useRef<string | null>(null)
  const latest = useRef({ shown, commit })
  useEffect(() => {
    latest.current = { shown, commit }
  })

  const set = useCallback((next: string | null) => {
    now.current = next
    setText(next)
  }, [])
  const settle = useCallback(() => {
    const draft = now.current
    if (draft === null) return
    if (draft === latest.current.shown || latest.current.commit(draft)) set(null)
  }, [set])
  const drop = useCallback(() => {
    const had = now.current !== null
    set(null)
    return had
  }, [set])

  const drafting = text !== null
  useEffect(() => {
    if (!drafting) return
    const hidden = () => document.visibilityState === 'hidden' && settle()
    document.addEventListener('visibilitychange', hidden)
    return () => document.removeEventListener('visibilitychange', hidden)
  }, [drafting, settle])
  useEffect(() => settle, [settle])

  return { text: text ?? shown, set, settle, drop }
}
