/** Work that can wait is done a little in each frame, and none while the view moves. */

import { startTransition, useEffect, useState } from 'react'
import { inMotion, whenStill } from '../motion'

const A_FRAME = 12

const waiting = new Set<() => void>()
let frame = 0

/** Do something when its turn comes; gives what takes it back. */
export function inTurn(then: () => void): () => void {
  waiting.add(then)
  begin()
  return () => waiting.delete(then)
}

/**
 * Whether a part of a card does without its code: until that has arrived and it is the card's turn.
 *
 * @param arrived Ends once the code is there, or can't be had.
 */
export function useLate(isReady: () => boolean, arrived: Promise<unknown>): boolean {
  const [late, setLate] = useState(() => !isReady() || inMotion())
  useEffect(() => {
    if (!late) return
    let leave = () => undefined as unknown
    let wanted = true
    void arrived.then(() => {
      if (wanted) leave = inTurn(() => startTransition(() => setLate(!isReady())))
    })
    return () => {
      wanted = false
      leave()
    }
  }, [late, isReady, arrived])
  return late
}

function begin(): void {
  if (frame === 0 && waiting.size > 0) frame = requestAnimationFrame(some)
}

function some(): void {
  frame = 0
  if (inMotion()) {
    whenStill(begin)
    return
  }
  let left = A_FRAME
  for (const then of waiting) {
    waiting.delete(then)
    then()
    if (--left === 0) break
  }
  begin()
}
