/** What is drawn of a level seen from far, prepared once: panning over it then only looks numbers up. */

import type { Box, Rect } from './area'
import { isCard, isFrame, type FlowLink, type FlowNode } from './nodes'

/** A link as the curve that it is drawn as. */
export interface Wire {
  kind: string
  x1: number
  y1: number
  x2: number
  y2: number
}

export interface Level {
  nodes: readonly FlowNode[]
  wires: readonly Wire[]
}

export function prepared(nodes: readonly FlowNode[], links: readonly FlowLink[]): Level {
  const places = new Map(nodes.map((node) => [node.id, node]))
  const wires: Wire[] = []
  for (const link of links) {
    const source = places.get(link.source)
    const target = places.get(link.target)
    if (!source || !target) continue
    const [x1, y1] = end(source, link.sourceHandle, 'source')
    const [x2, y2] = end(target, link.targetHandle, 'target')
    wires.push({ kind: link.data?.kind ?? 'other', x1, y1, x2, y2 })
  }
  return { nodes, wires }
}

function end(node: FlowNode, port: string | null | undefined, type: string): [number, number] {
  const handle = node.handles?.find((one) => one.id === port && one.type === type)
  return [node.position.x + (handle ? handle.x + 6 : 0), node.position.y + (handle ? handle.y + 6 : 0)]
}

export const outside = ([x, y, w, h]: Rect, box: Box) =>
  x > box.right || y > box.bottom || x + w < box.left || y + h < box.top

export const unseen = ({ x1, y1, x2, y2 }: Wire, box: Box) =>
  Math.min(x1, x2) > box.right ||
  Math.max(x1, x2) < box.left ||
  Math.min(y1, y2) > box.bottom ||
  Math.max(y1, y2) < box.top

/** The node under a place; cards are above frames and notes, and what is inside of a frame above it. */
export function hit(nodes: readonly FlowNode[], x: number, y: number): FlowNode | null {
  let found: FlowNode | null = null
  for (const node of nodes) {
    const dx = x - node.position.x
    const dy = y - node.position.y
    if (dx < 0 || dy < 0 || dx > (node.width ?? 0) || dy > (node.height ?? 0)) continue
    if (!found || isUpper(node) || !isUpper(found)) found = node
  }
  return found
}

const isUpper = (node: FlowNode) => isCard(node) && !isFrame(node)
