import { cloneElement, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { FocusEvent, HTMLAttributes, PointerEvent, ReactElement, ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { layerPlace } from './focus'
import { CommandKeys } from './KeyHint'
import { hideTip, placeTip, showTip, useTip, type Tip, type TipSide } from './tip'
import './Tooltip.css'

export interface TooltipProps {
  readonly label: string
  /** Its key combination is shown beside the label. */
  readonly command?: string
  readonly side?: TipSide
  /** The one element the tip is about; it takes DOM props. */
  readonly children: ReactElement<HTMLAttributes<HTMLElement>>
}

const tipId = 'tip'

/**
 * Shows a short text when its child is pointed at or reached by key; Escape takes it away.
 *
 * The page is full of buttons with tips, so that each is a few handlers only: the one tip that can be seen at a
 * time is drawn by the `TipHost`.
 */
export function Tooltip({ label, command, side = 'bottom', children }: TooltipProps) {
  const own = useId()
  const { props } = children
  const id = props.id ?? own
  const shown = useTip(({ tip }) => tip?.target.id === id)
  // Its text is read only where it says more than the name does.
  const describes = shown && props['aria-label'] !== label
  const show = (target: HTMLElement, atOnce: boolean) => showTip({ target, label, command, side }, atOnce)
  return cloneElement(children, {
    id,
    'aria-describedby': describes ? tipId : props['aria-describedby'],
    onPointerEnter: (event: PointerEvent<HTMLElement>) => {
      props.onPointerEnter?.(event)
      if (event.pointerType !== 'touch') show(event.currentTarget, false)
    },
    onPointerLeave: (event: PointerEvent<HTMLElement>) => {
      props.onPointerLeave?.(event)
      hideTip(event.currentTarget)
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      props.onPointerDown?.(event)
      hideTip()
    },
    onFocus: (event: FocusEvent<HTMLElement>) => {
      props.onFocus?.(event)
      if (event.currentTarget.matches(':focus-visible')) show(event.currentTarget, true)
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      props.onBlur?.(event)
      hideTip(event.currentTarget)
    },
  })
}

/** Draws the tip that is shown. */
export function TipHost() {
  const tip = useTip((state) => state.tip)
  return tip && createPortal(<Shown key={tip.target.id} {...tip} />, layerPlace() ?? document.body)
}

function Shown({ target, label, command, side }: Tip) {
  const box = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<{ x: number; y: number } | null>(null)
  useLayoutEffect(() => {
    if (!box.current) return
    const view = { width: document.documentElement.clientWidth, height: document.documentElement.clientHeight }
    setPlace(placeTip(target.getBoundingClientRect(), box.current.getBoundingClientRect(), side, view))
  }, [target, side, label])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && hideTip()
    const onMove = () => hideTip()
    window.addEventListener('keydown', onKeyDown, true)
    window.addEventListener('scroll', onMove, true)
    window.addEventListener('wheel', onMove, { capture: true, passive: true })
    // A target that is taken away says nothing of it.
    const gone = new MutationObserver(() => !target.isConnected && hideTip())
    gone.observe(document.body, { childList: true, subtree: true })
    return () => {
      window.removeEventListener('keydown', onKeyDown, true)
      window.removeEventListener('scroll', onMove, true)
      window.removeEventListener('wheel', onMove, true)
      gone.disconnect()
    }
  }, [target])
  return (
    <div
      ref={box}
      id={tipId}
      role="tooltip"
      className="tooltip"
      style={{ left: place?.x ?? 0, top: place?.y ?? 0, visibility: place ? 'visible' : 'hidden' }}
    >
      {label}
      {command !== undefined && <CommandKeys command={command} />}
    </div>
  )
}

/** For pages that have no `Overlays`: draws the tips of what is in it. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <>
      {children}
      <TipHost />
    </>
  )
}
