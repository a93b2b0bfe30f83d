import { create } from 'zustand'
import type { Anchor } from './menuAt'

export type TipSide = 'top' | 'right' | 'bottom' | 'left'

export interface Tip {
  readonly target: HTMLElement
  readonly label: string
  readonly command?: string
  readonly side: TipSide
}

/** One tip can be seen at a time. */
export const useTip = create<{ readonly tip: Tip | null }>(() => ({ tip: null }))

const delay = 500
/** How long after one tip was seen the next comes without delay, in ms. */
const warm = 300
let timer: ReturnType<typeof setTimeout> | undefined
let lastSeen = -Infinity

/** Shows a tip: after a moment when its target is pointed at, at once when it is reached by key. */
export function showTip(tip: Tip, atOnce: boolean): void {
  clearTimeout(timer)
  const show = () => {
    if (tip.target.isConnected) useTip.setState({ tip })
  }
  if (atOnce || performance.now() - lastSeen < warm) show()
  else timer = setTimeout(show, delay)
}

/** Takes the tip of a target away, and the one that waits to be shown. */
export function hideTip(target?: HTMLElement): void {
  clearTimeout(timer)
  const { tip } = useTip.getState()
  if (!tip || (target && tip.target !== target)) return
  lastSeen = performance.now()
  useTip.setState({ tip: null })
}

export interface Size {
  readonly width: number
  readonly height: number
}

const gap = 6
const margin = 8

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

/** Where a tip's top left corner goes: at a side of its target, at the other if it doesn't fit, in the window. */
export function placeTip(target: Anchor, tip: Size, side: TipSide, view: Size): { x: number; y: number } {
  const right = target.x + target.width
  const bottom = target.y + target.height
  const room = {
    left: target.x - gap - tip.width,
    right: view.width - right - gap - tip.width,
    top: target.y - gap - tip.height,
    bottom: view.height - bottom - gap - tip.height,
  }
  const other = { left: 'right', right: 'left', top: 'bottom', bottom: 'top' } as const
  const fits = room[side] >= margin || room[side] >= room[other[side]] ? side : other[side]
  const centred = {
    x: target.x + (target.width - tip.width) / 2,
    y: target.y + (target.height - tip.height) / 2,
  }
  const at = {
    left: { x: room.left, y: centred.y },
    right: { x: right + gap, y: centred.y },
    top: { x: centred.x, y: room.top },
    bottom: { x: centred.x, y: bottom + gap },
  }[fits]
  return {
    x: Math.round(clamp(at.x, margin, view.width - tip.width - margin)),
    y: Math.round(clamp(at.y, margin, view.height - tip.height - margin)),
  }
}
