import { useStore } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { usePreferences } from '../stores/preferences'
import { t } from '../i18n/t'
import { isCard, type FlowNode } from './nodes'
import { themeColours } from './paint'
import { lookAt } from './view'

const WIDTH = 176
const HEIGHT = 116
const MARGIN = 8

/** The whole level in small, and which part of it is seen. Pointing into it looks there. */
export function Minimap({ nodes }: { nodes: readonly FlowNode[] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [x, y, zoom] = useStore((now) => now.transform)
  const width = useStore((now) => now.width)
  const height = useStore((now) => now.height)
  const theme = usePreferences((now) => now.theme)
  const scale = useRef({ by: 1, x: 0, y: 0 })

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !canvas.current || nodes.length === 0) return
    const colour = themeColours(canvas.current)
    const seen = { left: -x / zoom, top: -y / zoom, right: (width - x) / zoom, bottom: (height - y) / zoom }
    const all = nodes.reduce(
      (box, node) => ({
        left: Math.min(box.left, node.position.x),
        top: Math.min(box.top, node.position.y),
        right: Math.max(box.right, node.position.x + (node.width ?? 0)),
        bottom: Math.max(box.bottom, node.position.y + (node.height ?? 0)),
      }),
      { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity },
    )
    const by = Math.min((WIDTH - 2 * MARGIN) / (all.right - all.left), (HEIGHT - 2 * MARGIN) / (all.bottom - all.top))
    const left = (WIDTH - (all.right - all.left) * by) / 2 - all.left * by
    const top = (HEIGHT - (all.bottom - all.top) * by) / 2 - all.top * by
    scale.current = { by, x: left, y: top }
    const ratio = devicePixelRatio
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, WIDTH, HEIGHT)
    context.setTransform(by * ratio, 0, 0, by * ratio, left * ratio, top * ratio)
    for (const node of nodes) {
      context.fillStyle = isCard(node) ? colour('border-strong') : colour('surface-3')
      context.fillRect(node.position.x, node.position.y, node.width ?? 0, node.height ?? 0)
    }
    context.strokeStyle = colour('accent')
    context.lineWidth = 1.5 / by
    context.strokeRect(seen.left, seen.top, seen.right - seen.left, seen.bottom - seen.top)
  }, [nodes, x, y, zoom, width, height, theme])

  const look = (event: React.PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    const { by, x: left, y: top } = scale.current
    lookAt((event.clientX - box.left - left) / by, (event.clientY - box.top - top) / by)
  }
  return (
    <canvas
      ref={canvas}
      className="minimap"
      width={WIDTH * devicePixelRatio}
      height={HEIGHT * devicePixelRatio}
      style={{ width: WIDTH, height: HEIGHT }}
      role="img"
      aria-label={t('canvas.minimap')}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        look(event)
      }}
      onPointerMove={look}
    />
  )
}
