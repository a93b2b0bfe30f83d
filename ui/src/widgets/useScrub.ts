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
  /** Stops listening for Escape: the field has no focus while it is dragged over. */
  readonly release: () => void
}

/**
 * Dragging over a field to change its number. A press without a drag puts the text cursor in.
 *
 * The pointer is captured, never locked, so that it stays where people see it. Escape ends a drag without a
 * change.
 */
export function useScrub({ onMove, onEnd, onCancel }: Handlers) {
  const press = useRef<Press | null>(null)

  const finish = (field: HTMLInputElement, done: () => void) => {
    const was = press.current
    press.current = null
    was?.release()
    delete field.dataset.scrubbing
    if (was?.moving) done()
    return was
  }
  const listen = (field: HTMLInputElement) => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      finish(field, onCancel)
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  }

  return {
    onPointerDown: (event: PointerEvent<HTMLInputElement>) => {
      const field = event.currentTarget
      if (event.button !== 0 || field.disabled || document.activeElement === field) return
      event.preventDefault()
      field.setPointerCapture(event.pointerId)
      const release = listen(field)
      press.current = { id: event.pointerId, last: event.clientX, distance: 0, moving: false, release }
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
    onPointerUp: (event: PointerEvent<HTMLInputElement>) => {
      const field = event.currentTarget
      const was = finish(field, onEnd)
      if (!was || was.moving) return
      field.focus()
      field.select()
    },
    onPointerCancel: (event: PointerEvent<HTMLInputElement>) => void finish(event.currentTarget, onCancel),
  }
}
