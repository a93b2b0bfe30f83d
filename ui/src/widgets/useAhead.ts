import { useCallback, useRef, useState } from 'react'
import type { JsonValue } from '../protocol'

/** Takes a value; what it promises ends once the value has come back or was refused. Undefined: it has, already. */
export type Give = (value: JsonValue) => Promise<unknown> | undefined

/**
 * A value that is what was given last until whoever takes it has answered: what is done to it meanwhile is done to
 * that, and nothing flickers.
 */
export function useAhead(value: JsonValue | undefined, give: Give): [JsonValue | undefined, (value: JsonValue) => void] {
  const [ahead, setAhead] = useState<{ readonly value: JsonValue } | null>(null)
  const unanswered = useRef(0)
  const giveAhead = useCallback(
    (next: JsonValue) => {
      const answer = give(next)
      if (!answer) return
      unanswered.current++
      setAhead({ value: next })
      const end = () => {
        if (--unanswered.current === 0) setAhead(null)
      }
      answer.then(end, end)
    },
    [give],
  )
  return [ahead ? ahead.value : value, giveAhead]
}
