/** Coming nearer, cards are drawn a few in each frame: all of a view at once would halt the page. */

import { rectOf, type Box } from './area'
import type { FlowNode } from './nodes'
import { outside } from './scene'

/** Cards that a frame has time for. */
const SLICE = 6

/** The part of the graph that a transform of React Flow shows in a frame of some size. */
export function viewOf([x, y, zoom]: readonly [number, number, number], width: number, height: number): Box {
  return { left: -x / zoom, top: -y / zoom, right: (width - x) / zoom, bottom: (height - y) / zoom }
}

/** The nodes to draw with a few more of those in view; null when all in view are among them. */
export function moreOf(nodes: readonly FlowNode[], drawn: ReadonlySet<string>, view: Box, count = SLICE): Set<string> | null {
  const more: string[] = []
  for (const node of nodes) {
    if (more.length === count) break
    if (!drawn.has(node.id) && !outside(rectOf(node), view)) more.push(node.id)
  }
  return more.length > 0 ? new Set([...drawn, ...more]) : null
}
