/** Where nodes of the canvas lie. */

import type { FlowNode } from './nodes'

export type Rect = readonly [x: number, y: number, width: number, height: number]

/** Part of the graph, by its edges. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export const rectOf = (node: FlowNode): Rect => [node.position.x, node.position.y, node.width ?? 0, node.height ?? 0]

/** The smallest box around all nodes. */
export function around(nodes: Iterable<FlowNode>): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const node of nodes) {
    const [x, y, w, h] = rectOf(node)
    box.left = Math.min(box.left, x)
    box.top = Math.min(box.top, y)
    box.right = Math.max(box.right, x + w)
    box.bottom = Math.max(box.bottom, y + h)
  }
  return box
}
