import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** The width of an element in pixels, for drawings whose texts must not be scaled. */
export function useWidth(usual: number): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(usual)
  useLayoutEffect(() => {
    const node = element.current
    if (!node) return
    const observer = new ResizeObserver(() => {
      if (node.clientWidth > 0) setWidth(node.clientWidth)
    })
    observer.observe(node)
    return () => observer.disconnect()
  }, [])
  return [element, width]
}
