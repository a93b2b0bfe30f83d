/** Nodes while they are moved: what is inside of a frame goes with it, and a frame grows with what is inside. */

import { nameOf, parent, type Path, type Point } from '../graph/level'
import { insetOf } from '../graph/frame'
import { framed, hullOf, shifted } from './cards'
import { isFrame, type FlowNode } from './nodes'
import { originOf } from './places'

export type Places = ReadonlyMap<string, Readonly<Point>>

/** The nodes with some of them elsewhere on the canvas. */
export function arranged(nodes: readonly FlowNode[], places: Places): FlowNode[] {
  if (!nodes.some(isFrame)) return nodes.map((node) => placedAt(node, places.get(node.id)))
  const by = new Map<string, Readonly<Point>>()
  const moved = nodes.map((node) => {
    const at = places.get(node.id)
    const shift = at ? ([at[0] - node.position.x, at[1] - node.position.y] as const) : (by.get(parent(node.id)) ?? STILL)
    by.set(node.id, [...shift])
    return shifted(node, ...shift)
  })
  return grown(moved, places)
}

const STILL = [0, 0] as const

function placedAt(node: FlowNode, at: Readonly<Point> | undefined): FlowNode {
  return at ? ({ ...node, position: { x: at[0], y: at[1] } } as FlowNode) : node
}

/** Frames around what is inside of them, the innermost first, where something in them was moved by itself. */
function grown(nodes: FlowNode[], places: Places): FlowNode[] {
  const changed = new Set([...places.keys()].map(parent))
  for (let place = nodes.length - 1; place >= 0; place--) {
    const node = nodes[place]
    if (!node || !isFrame(node) || !changed.has(node.id)) continue
    const hull = hullOf(nodes.filter(({ id }) => id.startsWith(`${node.id}/`)))
    if (!hull) continue
    const { edges, origin } = node.data.frame
    const [left, top] = insetOf(edges)
    const local = { left: hull.left - origin[0], right: hull.right - origin[0], top: hull.top - origin[1], bottom: hull.bottom - origin[1] }
    nodes[place] = framed(node, local, { x: hull.left - left, y: hull.top - top })
    changed.add(parent(node.id))
  }
  return nodes
}

/** Places to be written, on one level. */
export interface Moves {
  readonly inside: Path
  readonly positions: Map<string, Point>
}

/** What moving nodes on the canvas means on their levels. A frame that grew to the left or up has moved, too. */
export function movesOf(nodes: readonly FlowNode[], places: Places): Moves[] {
  const after = arranged(nodes, places)
  const levels = new Map<Path, Moves>()
  nodes.forEach((before, index) => {
    const now = after[index]
    if (!now || !isWritten(before, now, places)) return
    const inside = parent(before.id)
    const [x, y] = originOf(nodes, inside)
    const level = levels.get(inside) ?? { inside, positions: new Map<string, Point>() }
    levels.set(inside, level)
    level.positions.set(nameOf(before.id), [now.position.x - x, now.position.y - y])
  })
  return [...levels.values()]
}

function isWritten(before: FlowNode, now: FlowNode, places: Places): boolean {
  if (places.has(before.id)) return true
  if (!isFrame(before) || !isFrame(now)) return false
  const [[x, y], [nx, ny]] = [before.data.frame.origin, now.data.frame.origin]
  const isStill = Math.abs(x - nx) < 1 && Math.abs(y - ny) < 1 // else it went with the frame around it
  return isStill && (before.position.x !== now.position.x || before.position.y !== now.position.y)
}
