/**
 * The level seen from far: below a zoom of 0.4 one canvas draws nodes, links and small pictures, since
 * thousands of cards would take the browser seconds.
 */

import { entry } from '../graph/level'
import { rectOf, type Box, type Rect } from './area'
import type { CardStatus } from './card/status'
import { isCard, isFrame, type CardData, type FlowNode, type FrameData } from './nodes'
import { outside, unseen, type Level } from './scene'

/** Where the graph's origin is, in pixels, and how large one of its pixels is. */
export interface Look {
  x: number
  y: number
  zoom: number
}

export interface Scene {
  level: Level
  selected: ReadonlySet<string>
  status(name: string): CardStatus
  /** A picture of what a node gave, that is drawn with about this many pixels. */
  picture(name: string, pixels: number): ImageBitmap | undefined
  /** What a node gave, if that is said in a few words. */
  told(name: string): string
  /** Which picture that is, if it is not that of the node's result. */
  instead(name: string): 'example' | 'former' | ''
  /** Stands on examples. */
  exampleText: string
}

export type Colours = (name: string) => string

/** Colours of the theme, read once for each look at it. */
export function themeColours(element: HTMLElement): Colours {
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
const HEADER = 36
/** Zoom from which titles can be read. */
const TITLED = 0.2
/** How opaque a picture from before an edit is. */
const FORMER = 0.4
/** Pixels of a title: in the graph at most, and on the screen if there is room. */
const TITLE = { most: 28, seen: 9 }

/** Draw what lies in a part of the canvas, given in pixels of the device; look is in these, too. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, look: Look, part: Rect, colour: Colours): void {
  const [left, top, width, height] = part
  const box = {
    left: (left - look.x) / look.zoom,
    top: (top - look.y) / look.zoom,
    right: (left + width - look.x) / look.zoom,
    bottom: (top + height - look.y) / look.zoom,
  }
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.beginPath()
  context.rect(...part)
  context.clip()
  context.fillStyle = colour('canvas')
  context.fillRect(...part)
  context.setTransform(look.zoom, 0, 0, look.zoom, look.x, look.y)
  const pen = { context, scene, zoom: look.zoom, colour }
  context.textBaseline = 'middle'
  paintNodes(pen, scene.level.nodes.filter(isFrame), box)
  paintWires(context, scene.level, box, look.zoom, colour)
  paintNodes(pen, scene.level.nodes.filter((node) => !isFrame(node)), box)
  context.restore()
}

function paintNodes(pen: Pen, nodes: readonly FlowNode[], box: Box): void {
  const { context, scene, zoom, colour } = pen
  for (const node of nodes) {
    const rect = rectOf(node)
    if (outside(rect, box)) continue
    if (isFrame(node)) paintFrame(pen, node.id, node.data, rect)
    else if (isCard(node)) paintCard(pen, node.id, node.data.face.title, rect)
    else paintBox(pen, node.data.text, node.data.colour || colour('border-strong'), rect)
    if (!scene.selected.has(node.id)) continue
    context.strokeStyle = colour('accent')
    context.lineWidth = 2.5 / zoom
    context.strokeRect(...rect)
  }
}

interface Pen {
  context: CanvasRenderingContext2D
  scene: Scene
  zoom: number
  colour: Colours
}

function paintCard(pen: Pen, name: string, title: string, [x, y, w, h]: Rect): void {
  const { context, scene, zoom } = pen
  const header = paintPlate(pen, name, 'surface', [x, y, w, h])
  const room = h - header
  const picture = room > 0 ? scene.picture(name, Math.min(w, room) * zoom) : undefined
  if (picture) {
    const scale = Math.min(w / picture.width, room / picture.height)
    const [pw, ph] = [picture.width * scale, picture.height * scale]
    const instead = scene.instead(name)
    context.globalAlpha = instead === 'former' ? FORMER : 1
    context.drawImage(picture, x + (w - pw) / 2, y + h - ph, pw, ph)
    context.globalAlpha = 1
    if (instead === 'example' && zoom > TITLED) paintMark(pen, x, y + h)
  } else if (room > 0 && zoom > TITLED) paintTold(pen, scene.told(name), [x, y + header, w, room])
  paintTitle(pen, title, [x, y, w, header])
}

/** A frame; what is inside of it is painted over it. */
function paintFrame(pen: Pen, name: string, { face, frame }: Framed, [x, y, w, h]: Rect): void {
  const header = paintPlate(pen, name, 'surface-2', [x, y, w, h])
  const [left, right] = frame.edges.widths
  pen.context.fillStyle = pen.colour('surface')
  pen.context.fillRect(x, y + header, left, h - header)
  pen.context.fillRect(x + w - right, y + header, right, h - header)
  paintTitle(pen, face.title, [x, y, w, header])
}

type Framed = CardData & { frame: FrameData }

/** The ground of a card or frame, and its header in the colour of its state; gives the header's height. */
function paintPlate({ context, scene, zoom, colour }: Pen, name: string, ground: string, [x, y, w, h]: Rect): number {
  const line = 1 / zoom
  context.fillStyle = colour('border-strong')
  context.fillRect(x - line, y - line, w + 2 * line, h + 2 * line)
  context.fillStyle = colour(ground)
  context.fillRect(x, y, w, h)
  const status = STATUS[scene.status(name)]
  const header = Math.min(HEADER, h)
  context.fillStyle = status ? colour(`${status}-soft`) : colour('surface-3')
  context.fillRect(x, y, w, header)
  if (status) {
    context.fillStyle = colour(status)
    context.fillRect(x, y, Math.max(8, 2 * line), header)
  }
  return header
}

function paintTitle({ context, zoom, colour }: Pen, title: string, [x, y, w, h]: Rect): void {
  if (zoom <= TITLED) return
  const size = Math.round(Math.min(TITLE.most, TITLE.seen / zoom))
  context.fillStyle = colour('text')
  context.font = `600 ${size}px system-ui, sans-serif`
  context.fillText(shortened(context, title, w - 26, size), x + 16, y + h / 2 + 1)
}

/** Say at the lower left corner of a card that its picture is an example. */
function paintMark({ context, scene, zoom, colour }: Pen, left: number, bottom: number): void {
  const size = Math.round(Math.min(TITLE.most, TITLE.seen / zoom))
  context.font = `${size}px system-ui, sans-serif`
  const [width, height] = [context.measureText(scene.exampleText).width + size, 1.5 * size]
  context.fillStyle = colour('surface')
  context.fillRect(left, bottom - height, width, height)
  context.fillStyle = colour('text-2')
  context.fillText(scene.exampleText, left + size / 2, bottom - height / 2)
}

/** Pixels of a value: in the graph at most, and on the screen if there is room. */
const VALUE = { most: 48, seen: 12 }

/** A value in the middle of its card. */
function paintTold({ context, zoom, colour }: Pen, text: string, [x, y, w, h]: Rect): void {
  const size = Math.round(Math.min(VALUE.most, VALUE.seen / zoom, h))
  if (text === '' || size * zoom < VALUE.seen / 2) return
  context.fillStyle = colour('text-2')
  context.font = `600 ${size}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.fillText(shortened(context, text, w - 24, size), x + w / 2, y + h / 2)
  context.textAlign = 'left'
}

const shortTitles = new Map<string, string>()
const MOST_TITLES = 4000

/** A title as far as it fits. Measuring is slow, and the same few titles come again and again. */
function shortened(context: CanvasRenderingContext2D, title: string, width: number, size: number): string {
  const key = `${size} ${width} ${title}`
  const known = shortTitles.get(key)
  if (known !== undefined) return known
  let text = title
  while (text.length > 1 && context.measureText(text).width > width) text = `${text.slice(0, text.endsWith('…') ? -2 : -1)}…`
  if (shortTitles.size > MOST_TITLES) shortTitles.clear()
  shortTitles.set(key, text)
  return text
}

function paintBox({ context, zoom }: Pen, text: string, tint: string, [x, y, w, h]: Rect): void {
  context.globalAlpha = 0.12
  context.fillStyle = tint
  context.fillRect(x, y, w, h)
  context.globalAlpha = 0.9
  context.strokeStyle = tint
  context.lineWidth = 1.5 / zoom
  context.strokeRect(x, y, w, h)
  context.fillStyle = tint
  context.font = `600 ${Math.min(60, 16 / zoom)}px system-ui, sans-serif`
  context.textBaseline = 'top'
  context.fillText(text.split('\n')[0] ?? '', x + 12, y + 10, w - 24)
  context.textBaseline = 'middle'
  context.globalAlpha = 1
}

/** Links shorter than this many pixels are drawn straight. */
const SHORT = 12

function paintWires(context: CanvasRenderingContext2D, level: Level, box: Box, zoom: number, colour: Colours): void {
  const paths = new Map<string, Path2D>()
  for (const wire of level.wires) {
    if (unseen(wire, box)) continue
    const { kind, x1, y1, x2, y2 } = wire
    let path = paths.get(kind)
    if (!path) paths.set(kind, (path = new Path2D()))
    const across = Math.abs(x2 - x1)
    path.moveTo(x1, y1)
    if ((across + Math.abs(y2 - y1)) * zoom < SHORT) path.lineTo(x2, y2)
    else {
      const bend = Math.max(40, across / 2)
      path.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
    }
  }
  context.lineWidth = Math.max(1.6, 1.2 / zoom)
  for (const [kind, path] of paths) {
    context.strokeStyle = colour(`type-${kind}`)
    context.stroke(path)
  }
}
