/** Over a card the wheel moves the canvas, save over what can scroll and has the keyboard. */

import type { WheelEvent } from 'react'

/** Keeps a turn of the wheel from the canvas where it scrolls what is written in. */
export function keepWheel(event: WheelEvent<HTMLElement>): void {
  const frame = event.currentTarget
  const focused = document.activeElement
  let part = event.target instanceof Element && frame.contains(event.target) ? event.target : null
  for (; part && part !== frame; part = part.parentElement) {
    if (part.contains(focused) && canScroll(part)) return event.stopPropagation()
  }
}

function canScroll(part: Element): boolean {
  if (part.scrollHeight <= part.clientHeight) return false
  const { overflowY } = getComputedStyle(part)
  return overflowY === 'auto' || overflowY === 'scroll'
}
