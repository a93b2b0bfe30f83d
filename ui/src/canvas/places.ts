/**
 * On which level a node, a port or a place of the canvas is: the one that is shown, or one in a frame on it,
 * told by its path from there.
 */

import { HEADER_HEIGHT } from '../graph/geometry'
import { GROUP, nameOf, NOTE, within, type Path, type Point } from '../graph/level'
import { INPUTS, OUTPUTS, type PortRef } from '../graph/links'
import { rectOf } from './area'
import { isFrame, type FlowNode } from './nodes'

/** Whether an id is that of a group or note. */
export const isBox = (id: string) => nameOf(id).startsWith(GROUP) || nameOf(id).startsWith(NOTE)
export const isGroup = (id: string) => nameOf(id).startsWith(GROUP)

/** A node of the canvas and its handle. */
export interface FlowEnd {
  readonly node: string
  readonly handle: string
}

/** Where the canvas has a port of a level; inputs and outputs of the level itself are on its frame. */
export function flowEnd(inside: Path, { name, port }: PortRef): FlowEnd {
  if (name === INPUTS || name === OUTPUTS) return { node: inside, handle: `${name}.${port}` }
  return { node: within(inside, name), handle: port }
}

/** The port at a handle, named by its path: `turns/.inputs` stands for what the frame of `turns` gives inside. */
export function portAt({ node, handle }: FlowEnd): PortRef {
  for (const own of [INPUTS, OUTPUTS]) {
    if (handle.startsWith(`${own}.`)) return { name: within(node, own), port: handle.slice(own.length + 1) }
  }
  return { name: node, port: handle }
}

type Ends = Readonly<Record<'source' | 'target', string> & Partial<Record<'sourceHandle' | 'targetHandle', string | null>>>
/** The ports that a link of the canvas is between. */
export const sourceOf = (link: Ends) => portAt({ node: link.source, handle: link.sourceHandle ?? '' })
export const targetOf = (link: Ends) => portAt({ node: link.target, handle: link.targetHandle ?? '' })

/** A port of the canvas as its level names it. */
export const onLevel = ({ name, port }: PortRef): PortRef => ({ name: nameOf(name), port })

/** Ports of a level, as `instance.port`, as the canvas names them. */
export function placed(inside: Path, texts: Iterable<string>): Set<string> {
  return new Set([...texts].map((text) => within(inside, text)))
}

/** Where the places of a level begin on the canvas. */
export function originOf(nodes: readonly FlowNode[], inside: Path): Point {
  const frame = inside === '' ? undefined : nodes.find(({ id }) => id === inside)
  return frame && isFrame(frame) ? frame.data.frame.origin : [0, 0]
}

/** The level under a place of the canvas: that of the innermost frame whose inner part lies there. */
export function levelUnder(nodes: readonly FlowNode[], [x, y]: Readonly<Point>): Path {
  let found: Path = ''
  for (const node of nodes) {
    if (!isFrame(node)) continue
    const [left, top, width, height] = rectOf(node)
    const [taken, given] = node.data.frame.edges.widths
    if (x > left + taken && x < left + width - given && y > top + HEADER_HEIGHT && y < top + height) found = node.id
  }
  return found
}
