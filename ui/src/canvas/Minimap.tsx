import { useStoreApi } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { t } from '../i18n/t'
import { whenStill } from './motion'
import { isCard, isFrame, type FlowNode } from './nodes'
import { themeColours } from './paint'
import { around, rectOf } from './area'
import { onThemeShown } from './theme'
import { lookAt } from './view'
import './minimap.css'

const WIDTH = 176
const HEIGHT = 116
const MARGIN = 8

/** How the level is laid into the map. */
interface Scale {
  by: number
  x: number
  y: number
}

/**
 * The whole level in small, and which part of it is seen. Pointing into it looks there. The nodes are drawn
 * when they change; the part that is seen is an element over them, so that panning moves only that.
 */
export function Minimap({ nodes }: { nodes: readonly FlowNode[] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scale = useMemo(() => scaleOf(nodes), [nodes])

  useEffect(() => {
    let frame = 0
    const soon = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => canvas.current && draw(canvas.current, nodes, scale))
    }
    soon()
    const leave = onThemeShown(soon)
    return () => {
      leave()
      cancelAnimationFrame(frame)
    }
  }, [nodes, scale])

  const look = (event: React.PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    lookAt((event.clientX - box.left - scale.x) / scale.by, (event.clientY - box.top - scale.y) / scale.by)
  }
  return (
    <div
      className="minimap"
      role="img"
      aria-label={t('canvas.minimap')}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        look(event)
      }}
      onPointerMove={look}
    >
      <canvas
        ref={canvas}
        width={WIDTH * devicePixelRatio}
        height={HEIGHT * devicePixelRatio}
        style={{ width: WIDTH, height: HEIGHT }}
      />
      <Seen scale={scale} />
    </div>
  )
}

/** The part that is seen. It follows the view without being drawn by React. */
function Seen({ scale }: { readonly scale: Scale }) {
  const box = useRef<HTMLDivElement>(null)
  const flow = useStoreApi()
  useEffect(() => {
    const now = () => {
      const { transform, width, height } = flow.getState()
      const [x, y, zoom] = transform
      return { x: scale.x - (x / zoom) * scale.by, y: scale.y - (y / zoom) * scale.by, by: scale.by / zoom, width, height }
    }
    let sized = now()
    // While the view moves the box is only shifted and scaled, which draws nothing.
    const shift = () => {
      const { x, y, by } = now()
      if (box.current) box.current.style.transform = `translate(${x}px, ${y}px) scale(${by / sized.by})`
    }
    const size = () => {
      sized = now()
      if (box.current) {
        box.current.style.width = `${sized.width * sized.by}px`
        box.current.style.height = `${sized.height * sized.by}px`
      }
      shift()
    }
    size()
    return flow.subscribe((is, was) => {
      if (is.width !== was.width || is.height !== was.height) size()
      else if (is.transform !== was.transform) {
        shift()
        whenStill(size)
      }
    })
  }, [flow, scale])
  return <div ref={box} className="minimap__seen" />
}

function scaleOf(nodes: readonly FlowNode[]): Scale {
  const { left, top, right, bottom } = around(nodes)
  const [width, height] = [Math.max(1, right - left), Math.max(1, bottom - top)]
  const by = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)
  return { by, x: (WIDTH - width * by) / 2 - left * by, y: (HEIGHT - height * by) / 2 - top * by }
}

function draw(canvas: HTMLCanvasElement, nodes: readonly FlowNode[], { by, x, y }: Scale): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const colour = themeColours(canvas)
  const ratio = devicePixelRatio
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, WIDTH, HEIGHT)
  context.setTransform(by * ratio, 0, 0, by * ratio, x * ratio, y * ratio)
  for (const node of nodes) {
    context.fillStyle = isCard(node) && !isFrame(node) ? colour('border-strong') : colour('surface-3')
    context.fillRect(...rectOf(node))
  }
}
