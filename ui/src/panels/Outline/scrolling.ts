import { useEffect, useEffectEvent, useLayoutEffect, useState, type RefObject } from 'react'
import { scrolledTo } from './windowing'

type Box = RefObject<HTMLDivElement | null>

/** What of a box is in view: how far it is scrolled, and its height. */
export function useView(box: Box): { top: number; height: number } {
  const [view, setView] = useState({ top: 0, height: 600 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const read = () => setView({ top: element.scrollTop, height: element.clientHeight })
    read()
    element.addEventListener('scroll', read, { passive: true })
    const observer = new ResizeObserver(read)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', read)
      observer.disconnect()
    }
  }, [box])
  return view
}

/** Scroll to what was selected elsewhere, such as on the canvas. */
export function useFollowed(box: Box, rows: readonly { path: string }[], selected: ReadonlySet<string>, height: number): void {
  const follow = useEffectEvent(() => {
    const element = box.current
    if (!element || element.contains(document.activeElement)) return
    const place = rows.findIndex((row) => selected.has(row.path))
    if (place >= 0) element.scrollTo({ top: scrolledTo(place, height, element.scrollTop, element.clientHeight) })
  })
  useEffect(() => follow(), [selected])
}
