/** Fingers on the canvas: two zoom and move it wherever they are, and one that rests asks for the menu. */

import type { Point } from '../graph/level'
import { beginTouch, endTouch, moveTouch } from '../shell/press'
import { pinchBy } from './view'

const CANVAS = '[data-scope=canvas]'
const TYPING = 'input, textarea, select, [contenteditable]'

/** Fingers that are down, and what each was put on. */
const fingers = new Map<number, Element>()
let pinch: Pinch | null = null
let following: AbortController | null = null
/** Whether the menu was asked for by the finger that is down. */
let asked = false

interface Pinch {
  readonly middle: Point
  readonly spread: number
}

const onCanvas = (target: EventTarget | null): Element | null => (target instanceof Element && target.closest(CANVAS) ? target : null)

function onPointerDown(event: PointerEvent): void {
  if (event.pointerType !== 'touch') return
  asked = false // also by a finger that goes on to the menu
  const target = onCanvas(event.target)
  if (!target) return
  fingers.set(event.pointerId, target)
  const { clientX, clientY } = event
  if (fingers.size > 1 || target.closest(TYPING)) endTouch()
  else beginTouch(clientX, clientY, () => askMenu(target, clientX, clientY))
}

/** Not every browser makes a long touch a click of the right button. */
function askMenu(target: Element, clientX: number, clientY: number): void {
  asked = true
  target.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, clientX, clientY }))
}

function onPointerMove(event: PointerEvent): void {
  if (fingers.has(event.pointerId)) moveTouch(event.clientX, event.clientY)
}

function onPointerEnd(event: PointerEvent): void {
  if (!event.isTrusted || !fingers.delete(event.pointerId)) return
  endTouch()
}

/** The browser's own long touch comes first, or after ours, which then counts. */
function onContextMenu(event: MouseEvent): void {
  if (!event.isTrusted || !onCanvas(event.target)) return
  endTouch()
  if (!asked) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function onTouchStart(event: TouchEvent): void {
  if (event.touches.length < 2 || !onCanvas(event.target)) return
  event.stopImmediatePropagation()
  if (!pinch) cancelAll(event)
  pinch = pinchOf(event.touches)
  follow(event.touches)
}

/** Hear of fingers that move. A card under one may go, such as for the view from far: then it alone is told of it. */
function follow(touches: TouchList): void {
  following?.abort()
  following = new AbortController()
  const options = { capture: true, passive: false, signal: following.signal }
  document.addEventListener('touchmove', onTouchMove, options)
  for (const target of [...touches].map((touch) => touch.target as HTMLElement)) {
    target.addEventListener('touchmove', onTouchMove, options)
    target.addEventListener('touchend', onTouchEnd, options)
    target.addEventListener('touchcancel', onTouchEnd, options)
  }
}

/** What one finger began on a card, a field or the canvas, it does no more. */
function cancelAll({ touches }: TouchEvent): void {
  for (const [pointerId, target] of fingers) {
    target.dispatchEvent(new PointerEvent('pointercancel', { bubbles: true, pointerId, pointerType: 'touch' }))
  }
  for (const touch of touches) {
    touch.target.dispatchEvent(new TouchEvent('touchcancel', { bubbles: true, changedTouches: [touch] }))
  }
}

function onTouchMove(event: TouchEvent): void {
  event.preventDefault()
  event.stopImmediatePropagation()
  const next = pinchOf(event.touches)
  if (pinch && next) pinchBy(next.spread / pinch.spread, pinch.middle, next.middle)
  pinch = next ?? pinch
}

function onTouchEnd(event: TouchEvent): void {
  if (!event.isTrusted || event.touches.length > 0) return
  if (asked && event.cancelable) event.preventDefault() // else it counts as a click, too, which closes the menu
  pinch = null
  following?.abort()
  fingers.clear()
}

function pinchOf([one, other]: TouchList): Pinch | null {
  if (!one || !other) return null
  return {
    middle: [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2],
    spread: Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)),
  }
}

/** Listen to fingers until the function it gives is called. */
export function listenToTouch(): () => void {
  const stop = new AbortController()
  const options = { capture: true, passive: true, signal: stop.signal }
  document.addEventListener('pointerdown', onPointerDown, options)
  document.addEventListener('pointermove', onPointerMove, options)
  document.addEventListener('pointerup', onPointerEnd, options)
  document.addEventListener('pointercancel', onPointerEnd, options)
  document.addEventListener('contextmenu', onContextMenu, { capture: true, signal: stop.signal })
  document.addEventListener('touchstart', onTouchStart, options)
  document.addEventListener('touchend', onTouchEnd, { ...options, passive: false })
  document.addEventListener('touchcancel', onTouchEnd, options)
  return () => {
    stop.abort()
    following?.abort()
  }
}
