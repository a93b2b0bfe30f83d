import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { sideWidth, usePreferences } from '../stores/preferences'
import { closeSide, resizeSide, type Side } from './layout'

export interface ResizeHandleProps {
  readonly side: Side
  /** The title of the panel whose width it is. */
  readonly panel: string
}

const step = 16
const bigStep = 64

/** The border between a sidebar and the canvas: dragged, or moved by arrow keys. Enter closes the sidebar. */
export function ResizeHandle({ side, panel }: ResizeHandleProps) {
  const width = usePreferences((state) => state[side].width)
  const drag = useRef<{ x: number; width: number } | null>(null)
  // To the right the left sidebar gets wider, and the right one narrower.
  const sign = side === 'left' ? 1 : -1

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const shown = event.currentTarget.parentElement?.getBoundingClientRect().width ?? width
    drag.current = { x: event.clientX, width: shown }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current) resizeSide(side, drag.current.width + sign * (event.clientX - drag.current.x))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = sign * (event.shiftKey ? bigStep : step)
    const actions: Readonly<Record<string, () => void>> = {
      ArrowRight: () => resizeSide(side, width + by),
      ArrowLeft: () => resizeSide(side, width - by),
      Home: () => resizeSide(side, sideWidth.least),
      End: () => resizeSide(side, sideWidth.most),
      Enter: () => closeSide(side),
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
  const end = () => {
    drag.current = null
  }
  return (
    <div
      className={`resize-handle resize-handle--${side}`}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('shell.resizeSide', { panel })}
      aria-controls={`side-${side}`}
      aria-valuenow={width}
      aria-valuemin={sideWidth.least}
      aria-valuemax={sideWidth.most}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onLostPointerCapture={end}
      onDoubleClick={() => resizeSide(side, sideWidth[side])}
      onKeyDown={onKeyDown}
    />
  )
}
