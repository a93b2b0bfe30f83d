/** Work that can wait is done a little in each frame, and none while the view moves. */

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
