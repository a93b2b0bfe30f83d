/**
 * The level seen from far: below a zoom of 0.4 one canvas draws nodes, links and small pictures, since
 * thousands of cards would take the browser seconds.
 */

import { entry } from '../graph/level'
import type { CardStatus } from './card/status'
import { isCard, type FlowLink, type FlowNode } from './nodes'

export interface Look {
  x: number
  y: number
  zoom: number
}

export interface Scene {
  nodes: readonly FlowNode[]
  links: readonly FlowLink[]
  selected: ReadonlySet<string>
  status(name: string): CardStatus
  picture(name: string): ImageBitmap | undefined
}

/** Colours of the theme, read once for each look at it. */
export function themeColours(element: HTMLElement): (name: string) => string {
  const style = getComputedStyle(element)
  const known: Record<string, string> = {}
  return (name) => entry(known, name) ?? (known[name] = style.getPropertyValue(`--${name}`).trim() || '#888')
}

const STATUS: Partial<Record<CardStatus, string>> = {
  running: 'info',
  failed: 'bad',
  blocked: 'bad',
  hit: 'good',
  done: 'good',
  cached: 'good',
  run: 'warn',
  pending: 'warn',
}

/** Draw what can be seen. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, look: Look, colour: (name: string) => string): void {
  const ratio = devicePixelRatio
  const { width, height } = context.canvas
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, width, height)
  context.setTransform(look.zoom * ratio, 0, 0, look.zoom * ratio, look.x * ratio, look.y * ratio)
  const box = {
    left: -look.x / look.zoom,
    top: -look.y / look.zoom,
    right: (width / ratio - look.x) / look.zoom,
    bottom: (height / ratio - look.y) / look.zoom,
  }
  const places = new Map(scene.nodes.map((node) => [node.id, node]))
  paintLinks(context, scene, places, box, look, colour)
  for (const node of scene.nodes) {
    const rect: Rect = [node.position.x, node.position.y, node.width ?? 0, node.height ?? 0]
    if (outside(rect, box)) continue
    if (isCard(node)) paintCard(context, scene, node.id, node.data.face.title, rect, look, colour)
    else paintBox(context, node.data.text, node.data.colour || colour('border-strong'), rect, look)
    if (!scene.selected.has(node.id)) continue
    context.strokeStyle = colour('accent')
    context.lineWidth = 2.5 / look.zoom
    context.strokeRect(...rect)
  }
}

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

const outside = ([x, y, w, h]: Rect, box: Box) => x > box.right || y > box.bottom || x + w < box.left || y + h < box.top

type Rect = [number, number, number, number]

function paintCard(
  context: CanvasRenderingContext2D, scene: Scene, name: string, title: string, [x, y, w, h]: Rect,
  look: Look, colour: (name: string) => string,
): void {
  context.fillStyle = colour('surface')
  context.fillRect(x, y, w, h)
  const status = STATUS[scene.status(name)]
  context.fillStyle = status ? colour(`${status}-soft`) : colour('surface-3')
  context.fillRect(x, y, w, 36)
  if (status) {
    context.fillStyle = colour(status)
    context.fillRect(x, y, 8, 36)
  }
  const picture = scene.picture(name)
  if (picture) {
    const scale = Math.min(w / picture.width, (h - 36) / picture.height)
    const [pw, ph] = [picture.width * scale, picture.height * scale]
    context.drawImage(picture, x + (w - pw) / 2, y + 36 + (h - 36 - ph) / 2, pw, ph)
  }
  context.strokeStyle = colour('border')
  context.lineWidth = 1 / look.zoom
  context.strokeRect(x, y, w, h)
  if (look.zoom > 0.12) {
    context.fillStyle = colour('text')
    context.font = `600 ${look.zoom > 0.25 ? 18 : 30}px system-ui, sans-serif`
    context.textBaseline = 'middle'
    context.save()
    context.beginPath()
    context.rect(x, y, w - 6, 36)
    context.clip()
    context.fillText(title, x + 16, y + 19)
    context.restore()
  }
}

function paintBox(context: CanvasRenderingContext2D, text: string, tint: string, [x, y, w, h]: Rect, look: Look): void {
  context.globalAlpha = 0.12
  context.fillStyle = tint
  context.fillRect(x, y, w, h)
  context.globalAlpha = 0.9
  context.strokeStyle = tint
  context.lineWidth = 1.5 / look.zoom
  context.strokeRect(x, y, w, h)
  context.fillStyle = tint
  context.font = `600 ${Math.min(60, 16 / look.zoom)}px system-ui, sans-serif`
  context.textBaseline = 'top'
  context.fillText(text.split('\n')[0] ?? '', x + 12, y + 10, w - 24)
  context.globalAlpha = 1
}

function paintLinks(
  context: CanvasRenderingContext2D, scene: Scene, places: ReadonlyMap<string, FlowNode>,
  box: Box, look: Look, colour: (name: string) => string,
): void {
  const paths = new Map<string, Path2D>()
  for (const link of scene.links) {
    const source = places.get(link.source)
    const target = places.get(link.target)
    if (!source || !target) continue
    const [x1, y1] = end(source, link.sourceHandle, 'source')
    const [x2, y2] = end(target, link.targetHandle, 'target')
    if (outside([Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1)], box)) continue
    const kind = link.data?.kind ?? 'other'
    let path = paths.get(kind)
    if (!path) paths.set(kind, (path = new Path2D()))
    const bend = Math.max(40, Math.abs(x2 - x1) / 2)
    path.moveTo(x1, y1)
    path.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
  }
  context.lineWidth = Math.max(1.6, 1.2 / look.zoom)
  for (const [kind, path] of paths) {
    context.strokeStyle = colour(`type-${kind}`)
    context.stroke(path)
  }
}

function end(node: FlowNode, port: string | null | undefined, type: string): [number, number] {
  const handle = node.handles?.find((one) => one.id === port && one.type === type)
  return [node.position.x + (handle ? handle.x + 6 : 0), node.position.y + (handle ? handle.y + 6 : 0)]
}

/** The node under a place; cards are above frames and notes. */
export function hit(nodes: readonly FlowNode[], x: number, y: number): FlowNode | null {
  let found: FlowNode | null = null
  for (const node of nodes) {
    const dx = x - node.position.x
    const dy = y - node.position.y
    if (dx < 0 || dy < 0 || dx > (node.width ?? 0) || dy > (node.height ?? 0)) continue
    if (!found || isCard(node) || !isCard(found)) found = node
  }
  return found
}
