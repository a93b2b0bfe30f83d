import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { centred, fitted, panned, zoomed, type Size, type View } from './zoom'

/** Small pictures are enlarged up to this when they are fitted. */
const MOST_FIT = 8

interface Spot {
  readonly x: number
  readonly y: number
}

/**
 * Enlarging and moving a picture behind a window: wheel, drag, pinch and keys.
 *
 * @param picture Its size; null until it is known.
 */
export function usePanZoom(picture: Size | null) {
  const element = useRef<HTMLDivElement>(null)
  const fingers = useRef(new Map<number, Spot>())
  const [window_, setWindow] = useState<Size | null>(null)
  // Null: the picture is fitted, and stays so when the window changes
  const [chosen, setChosen] = useState<View | null>(null)

  useLayoutEffect(() => {
    const node = element.current
    if (!node) return
    const observer = new ResizeObserver(() => setWindow({ width: node.clientWidth, height: node.clientHeight }))
    observer.observe(node)
    return () => observer.disconnect()
  }, [])

  const ready = picture && window_ && window_.width > 0 && window_.height > 0
  const whole = ready ? fitted(picture, window_, MOST_FIT) : null
  const view = chosen && ready ? panned(chosen, 0, 0, picture, window_) : whole
  const smallest = Math.min(whole?.scale ?? 1, 1) / 4

  const zoom = (factor: number, at?: Spot) => {
    if (!view || !window_ || !picture) return
    const { x, y } = at ?? { x: window_.width / 2, y: window_.height / 2 }
    setChosen(panned(zoomed(view, factor, x, y, smallest), 0, 0, picture, window_))
  }
  const pan = (x: number, y: number) => {
    if (view && window_ && picture) setChosen(panned(view, x, y, picture, window_))
  }
  const setScale = (scale: number) => {
    if (picture && window_) setChosen(centred(picture, window_, scale))
  }

  const latest = useRef(zoom)
  useEffect(() => {
    latest.current = zoom
  })
  useEffect(() => {
    const node = element.current
    // React's own wheel listener is passive, so the page would scroll along
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const rect = element.current?.getBoundingClientRect()
      if (!rect) return
      latest.current(1.0015 ** -event.deltaY, { x: event.clientX - rect.left, y: event.clientY - rect.top })
    }
    node?.addEventListener('wheel', onWheel, { passive: false })
    return () => node?.removeEventListener('wheel', onWheel)
  }, [])

  const onPointerMove = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId)
    if (!before) return
    const rect = event.currentTarget.getBoundingClientRect()
    const now = { x: event.clientX - rect.left, y: event.clientY - rect.top }
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1]
    if (other) zoom(apart(now, other) / Math.max(1, apart(before, other)), other)
    else pan(now.x - before.x, now.y - before.y)
    fingers.current.set(event.pointerId, now)
  }
  const letGo = (event: PointerEvent) => void fingers.current.delete(event.pointerId)
  const onKeyDown = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 200 : 50
    const keys: Record<string, () => void> = {
      ArrowLeft: () => pan(far, 0),
      ArrowRight: () => pan(-far, 0),
      ArrowUp: () => pan(0, far),
      ArrowDown: () => pan(0, -far),
      '+': () => zoom(1.5),
      '=': () => zoom(1.5),
      '-': () => zoom(1 / 1.5),
      '0': () => setChosen(null),
      '1': () => setScale(1),
    }
    const run = keys[event.key]
    if (!run || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  return {
    element,
    view,
    isFitted: chosen === null,
    fit: () => setChosen(null),
    setScale,
    zoom,
    handlers: {
      onKeyDown,
      onPointerMove,
      onPointerUp: letGo,
      onPointerCancel: letGo,
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0) return
        const rect = event.currentTarget.getBoundingClientRect()
        event.currentTarget.setPointerCapture(event.pointerId)
        fingers.current.set(event.pointerId, { x: event.clientX - rect.left, y: event.clientY - rect.top })
      },
    },
  }
}

function apart(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
