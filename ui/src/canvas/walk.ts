/** Going from node to node by keyboard. */

import { parent } from '../graph/level'
import { isCard, isFrame, type FlowNode } from './nodes'
import { isGroup } from './places'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The card, note or frame that lies next in a direction; what lies straight ahead is nearer than what lies aside. */
export function neighbour(nodes: readonly FlowNode[], from: string, direction: Direction): string | null {
  const start = nodes.find((node) => node.id === from)
  if (!start) return null
  const [x, y] = middle(start)
  let best: string | null = null
  let least = Infinity
  for (const node of nodes) {
    if (node.id === from) continue
    const [nx, ny] = middle(node)
    const along = direction === 'left' ? x - nx : direction === 'right' ? nx - x : direction === 'up' ? y - ny : ny - y
    const aside = direction === 'left' || direction === 'right' ? Math.abs(ny - y) : Math.abs(nx - x)
    if (along <= 4) continue
    const far = along + 2 * aside
    if (far < least) {
      least = far
      best = node.id
    }
  }
  return best
}

const DIRECTIONS: readonly Direction[] = ['left', 'right', 'up', 'down']

/** Where the keyboard goes from a node that is removed with others: to the neighbour that walking would come to. */
export function heirOf(nodes: readonly FlowNode[], from: string, removed: ReadonlySet<string>): string | null {
  const left = nodes.filter(({ id }) => id === from || !isUnder(id, removed))
  for (const direction of DIRECTIONS) {
    const next = neighbour(left, from, direction)
    if (next !== null) return next
  }
  return null
}

/** Whether an id is one of some, or of what is inside of them. */
function isUnder(id: string, some: ReadonlySet<string>): boolean {
  for (let at = id; at !== ''; at = parent(at)) if (some.has(at)) return true
  return false
}

/** The middle of a card or note; of a frame its title, as its middle is where its members are. */
function middle(node: FlowNode): [number, number] {
  if (isGroup(node.id) || isFrame(node)) return [node.position.x + 60, node.position.y + 16]
  return [node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2]
}

/** The card nearest to a place: where the keyboard begins. */
export function nearest(nodes: readonly FlowNode[], [x, y]: readonly [number, number]): string | null {
  let best: string | null = null
  let least = Infinity
  for (const node of nodes) {
    if (!isCard(node)) continue
    const [nx, ny] = middle(node)
    const far = Math.hypot(nx - x, ny - y)
    if (far < least) {
      least = far
      best = node.id
    }
  }
  return best
}
