/** A small picture of a graph's nodes and links, for a file of a graph that gave no picture yet. */

import { viewOf, type Point } from '../../graph/level'
import { linksOf } from '../../graph/links'
import type { Graph } from '../../protocol'

const WIDTH = 1024
const HEIGHT = 576
const MARGIN = 48
const NODE: Point = [220, 120]

/** Where things stand in the picture. */
export interface Sketch {
  boxes: { name: string; title: string; x: number; y: number; width: number; height: number }[]
  lines: { from: Point; to: Point }[]
}

/** Fit a graph's top level into a picture; nodes without a place stand in a row below. */
export function sketchOf(graph: Graph, width = WIDTH, height = HEIGHT): Sketch {
  const { positions, sizes } = viewOf(graph)
  const lowest = Math.max(0, ...[...positions.values()].map(([, y]) => y + NODE[1] * 2))
  let column = 0
  const rough = Object.entries(graph.nodes ?? {}).map(([name, instance]) => {
    const [x, y] = positions.get(name) ?? [column++ * (NODE[0] + 40), positions.size > 0 ? lowest : 0]
    const [w, h] = sizes.get(name) ?? NODE
    return { name, title: instance.title || name, x, y, width: w, height: h }
  })
  const left = Math.min(...rough.map((box) => box.x), Infinity)
  const top = Math.min(...rough.map((box) => box.y), Infinity)
  const right = Math.max(...rough.map((box) => box.x + box.width), -Infinity)
  const bottom = Math.max(...rough.map((box) => box.y + box.height), -Infinity)
  const scale = Math.min(1, (width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN) / (bottom - top))
  const moveX = (width - (right - left) * scale) / 2 - left * scale
  const moveY = (height - (bottom - top) * scale) / 2 - top * scale
  const boxes = rough.map((box) => ({
    ...box,
    x: box.x * scale + moveX,
    y: box.y * scale + moveY,
    width: box.width * scale,
    height: box.height * scale,
  }))
  const byName = new Map(boxes.map((box) => [box.name, box]))
  const lines = linksOf(graph).flatMap(({ source, target }) => {
    const [from, to] = [byName.get(source.name), byName.get(target.name)]
    if (!from || !to) return []
    return [
      {
        from: [from.x + from.width, from.y + from.height / 2] as Point,
        to: [to.x, to.y + to.height / 2] as Point,
      },
    ]
  })
  return { boxes, lines }
}

/** Draw a graph as a PNG file, in the colours of the page. */
export async function drawSketch(graph: Graph): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const context = canvas.getContext('2d')
  if (!context) throw new Error('the browser can’t draw')
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  context.fillStyle = colour('--canvas')
  context.fillRect(0, 0, WIDTH, HEIGHT)
  const { boxes, lines } = sketchOf(graph)
  context.strokeStyle = colour('--border-strong')
  context.lineWidth = 1.5
  for (const { from, to } of lines) {
    const bend = Math.max(24, Math.abs(to[0] - from[0]) / 2)
    context.beginPath()
    context.moveTo(...from)
    context.bezierCurveTo(from[0] + bend, from[1], to[0] - bend, to[1], ...to)
    context.stroke()
  }
  context.textBaseline = 'middle'
  for (const box of boxes) {
    context.beginPath()
    context.roundRect(box.x, box.y, box.width, box.height, 8)
    context.fillStyle = colour('--surface')
    context.fill()
    context.stroke()
    context.fillStyle = colour('--text')
    context.font = `${Math.max(9, Math.min(14, box.height / 4))}px sans-serif`
    context.fillText(box.title, box.x + 8, box.y + box.height / 2, Math.max(1, box.width - 16))
  }
  return toPng(canvas)
}

/** The picture of a canvas as a PNG file. */
export function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture can’t be written'))),
      'image/png',
    )
  })
}
