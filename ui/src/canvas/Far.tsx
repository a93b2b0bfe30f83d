import { useStore } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import { children, type Path } from '../graph/level'
import { explanations } from '../stores/plan'
import { results } from '../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../stores/runs'
import { usePreferences } from '../stores/preferences'
import type { FlowLink, FlowNode } from './nodes'
import { paint, themeColours } from './paint'
import { bitmapOf } from './pictures'
import { statusOf } from './card/status'

interface Props {
  nodes: readonly FlowNode[]
  links: readonly FlowLink[]
  selected: ReadonlySet<string>
  session: string
  at: Path
}

/** The level seen from far, drawn on one canvas; anew whenever something in it changes, and never else. */
export function Far({ nodes, links, selected, session, at }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef(0)
  const [x, y, zoom] = useStore((now) => now.transform)
  const width = useStore((now) => now.width)
  const height = useStore((now) => now.height)
  const theme = usePreferences((now) => now.theme)
  const draw = useRef<() => void>(() => undefined)

  const soon = useCallback(() => {
    if (frame.current === 0) {
      frame.current = requestAnimationFrame(() => {
        frame.current = 0
        draw.current()
      })
    }
  }, [])

  useEffect(() => {
    draw.current = () => {
      const context = canvas.current?.getContext('2d')
      if (!context || !canvas.current) return
      const key = (name: string) => nodeKey(session, children(at, name))
      const scene = {
        nodes,
        links,
        selected,
        status: (name: string) => statusOf(nodeRuns.get(key(name)), explanations.get(key(name))),
        picture: (name: string) => bitmapOf(session, children(at, name), soon),
      }
      paint(context, scene, { x, y, zoom }, themeColours(canvas.current))
    }
    soon()
  }, [nodes, links, selected, session, at, x, y, zoom, width, height, theme, soon])

  useEffect(() => {
    const stores = [nodeRuns, livePictures, results, explanations]
    const leave = stores.map((store) => store.subscribeAll(soon))
    return () => {
      leave.forEach((one) => one())
      cancelAnimationFrame(frame.current)
      frame.current = 0
    }
  }, [soon])

  const ratio = devicePixelRatio
  return (
    <canvas
      ref={canvas}
      className="far"
      width={Math.round(width * ratio)}
      height={Math.round(height * ratio)}
      style={{ width, height }}
      aria-hidden
    />
  )
}
