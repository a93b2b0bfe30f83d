import { useRef, type PointerEvent } from 'react'

/** Pixels that a press may wander before it is a drag. */
const SLACK = 4

interface Handlers {
  /** Pixels to the right since the press, ten times as many with Shift, a tenth with Alt. */
  readonly onMove: (distance: number) => void
  readonly onEnd: () => void
  readonly onCancel: () => void
}

interface Press {
  readonly id: number
  last: number
  distance: number
  moving: boolean
}

/**
 * Dragging over a field to change its number. A press without a drag puts the text cursor in.
 *
 * The pointer is captured, never locked, so that it stays where people see it.
 */
export function useScrub({ onMove, onEnd, onCancel }: Handlers) {
  const press = useRef<Press | null>(null)

  const finish = (event: PointerEvent<HTMLInputElement>, done: () => void) => {
    const was = press.current
    press.current = null
    if (!was) return
    delete event.currentTarget.dataset.scrubbing
    if (was.moving) done()
    else if (event.type === 'pointerup') {
      event.currentTarget.focus()
      event.currentTarget.select()
    }
  }

  return {
    onPointerDown: (event: PointerEvent<HTMLInputElement>) => {
      const field = event.currentTarget
      if (event.button !== 0 || field.disabled || document.activeElement === field) return
      event.preventDefault()
      field.setPointerCapture(event.pointerId)
      press.current = { id: event.pointerId, last: event.clientX, distance: 0, moving: false }
    },
    onPointerMove: (event: PointerEvent<HTMLInputElement>) => {
      const now = press.current
      if (!now || now.id !== event.pointerId) return
      const pace = event.shiftKey ? 10 : event.altKey ? 0.1 : 1
      const way = event.clientX - now.last
      if (!now.moving && Math.abs(way) < SLACK) return
      if (!now.moving) event.currentTarget.dataset.scrubbing = ''
      else now.distance += way * pace
      now.moving = true
      now.last = event.clientX
      onMove(now.distance)
    },
    onPointerUp: (event: PointerEvent<HTMLInputElement>) => finish(event, onEnd),
    onPointerCancel: (event: PointerEvent<HTMLInputElement>) => finish(event, onCancel),
    /** To be asked when Escape is pressed: ends the drag without a change. */
    escape: () => {
      if (!press.current) return
      press.current = null
      onCancel()
    },
  }
}
