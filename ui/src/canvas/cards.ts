/** Nodes of the canvas, each with its size and handles before it is drawn. */

import { Position } from '@xyflow/react'
import type { Instance } from '../protocol'
import { edgesOf, insetOf, isFramed, sizeAround, type Edges } from '../graph/frame'
import { cardView, HANDLE_SIZE, sizeOf, type CardSize } from '../graph/geometry'
import { children, entry, GROUP, NOTE, type LevelView, type Path, type Point } from '../graph/level'
import { interfaceOf, isLevel, placeholderOf, REROUTE, type Interface, type Known } from '../graph/ports'
import { previewHeight, previewIn, type PreviewSize } from '../graph/previewing'
import type { TypeKind } from '../graph/types'
import { around, type Box } from './area'
import type { Fed } from './feeding'
import { isFrame, type BoxData, type BoxNode, type CardData, type CardNode, type FlowNode } from './nodes'

/** Height of the drawing of a graph inside a card, and the room around it. */
const BODY_HEIGHT = 96
export const BODY_MARGIN = 8
/** A reroute point has no card: a dot with a handle on each side. */
const DOT: CardSize = {
  width: 20,
  height: 20,
  least: 20,
  handles: [
    { id: 'value', side: 'in', x: 2, y: 10 },
    { id: 'out', side: 'out', x: 18, y: 10 },
  ],
}

interface Circumstances {
  inside: Path
  at: Point
  fed: ReadonlyMap<string, Fed>
  led: ReadonlyMap<string, unknown>
  gives: ReadonlyMap<string, string>
  previews: PreviewSize
  read: ReadonlySet<string> | undefined
  kind: TypeKind | undefined
}

/** The card of an instance; of one that is a frame as if nothing were inside. */
export function cardNode(name: string, instance: Instance, known: Known, view: LevelView, more: Circumstances): CardNode {
  const told = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const face = told ?? placeholderOf(instance, name, more.read)
  const collapsed = view.collapsed.has(name)
  const pinned = view.pinned.has(name)
  const { type, size, preview, body, edges } = shapeOfCard(name, instance, face, view, more)
  const data: CardData = {
    name: children(more.inside, name),
    instance,
    face,
    families: Object.values(entry(known.families, name) ?? {}),
    missing: told === null && !isLevel(instance),
    level: isLevel(instance),
    collapsed,
    pinned,
    colour: view.colours.get(name) ?? '',
    preview: collapsed ? 0 : preview,
    body: collapsed ? 0 : body,
    fed: more.fed,
    led: more.led,
    gives: more.gives,
    kind: more.kind,
    size,
    frame: edges && { edges, origin: [0, 0] },
  }
  return { id: data.name, type, position: { x: more.at[0], y: more.at[1] }, draggable: !pinned, zIndex: CARDS, ...drawnSize(size), data }
}

interface CardShape {
  type: 'card' | 'reroute' | 'frame'
  size: CardSize
  preview: number
  body: number
  edges: Edges | null
}

/** What an instance is drawn as, how large that is, and what room is kept in it. */
function shapeOfCard(name: string, instance: Instance, face: Interface, view: LevelView, more: Circumstances): CardShape {
  if (instance.type === REROUTE && !view.sizes.has(name)) return { type: 'reroute', size: DOT, preview: 0, body: 0, edges: null }
  const preview = previewHeight(previewIn(instance, face.outputs), more.previews)
  if (isFramed(instance, name, view)) {
    const edges = edgesOf(face, instance, preview)
    return { type: 'frame', size: sizeAround(edges, null), preview, body: 0, edges }
  }
  const body = instance.graph ? BODY_HEIGHT : 0
  const size = sizeOf(face, instance, cardView(view, name, preview + (body ? body + BODY_MARGIN : 0), more.led))
  return { type: 'card', size, preview, body, edges: null }
}

/** Size and handles as React Flow takes them. */
function drawnSize({ width, height, handles }: CardSize): Pick<CardNode, 'width' | 'height' | 'handles'> {
  return {
    width,
    height,
    handles: handles.map(({ id, side, x, y }) => ({
      id,
      type: side === 'in' ? 'target' : 'source',
      position: side === 'in' ? Position.Left : Position.Right,
      x: x - HANDLE_SIZE / 2,
      y: y - HANDLE_SIZE / 2,
      width: HANDLE_SIZE,
      height: HANDLE_SIZE,
    })),
  }
}

/** The box around what is inside of a frame; null around nothing. */
export function hullOf(inner: readonly FlowNode[]): Box | null {
  return inner.length > 0 ? around(inner) : null
}

/** A frame with its upper left corner at a place, as large as what is inside needs, given where the level has that. */
export function framed(node: CardNode, hull: Box | null, at: { x: number; y: number }): CardNode {
  if (!isFrame(node)) return node
  const { edges } = node.data.frame
  const [left, top] = insetOf(edges)
  const size = sizeAround(edges, hull && [hull.right - hull.left, hull.bottom - hull.top])
  const origin: Point = [at.x + left - (hull?.left ?? 0), at.y + top - (hull?.top ?? 0)]
  const zIndex = FRAMES + 2 * depthOf(node.id)
  return { ...node, position: { ...at }, zIndex, ...drawnSize(size), data: { ...node.data, size, frame: { edges, origin } } }
}

/** A node elsewhere; a frame's inside goes with it. */
export function shifted<N extends FlowNode>(node: N, x: number, y: number): N {
  if (x === 0 && y === 0) return node
  const moved = { ...node, position: { x: node.position.x + x, y: node.position.y + y } }
  if (!isFrame(node)) return moved
  const { edges, origin } = node.data.frame
  return { ...moved, data: { ...node.data, frame: { edges, origin: [origin[0] + x, origin[1] + y] } } }
}

const depthOf = (id: string) => id.split('/').length - 1

/** Layers, from the back: groups and frames, those inside above those around them; notes, links, cards, what is selected. */
const GROUPS = 1
const FRAMES = 2
const NOTES = 98
export const LINKS = 99
const CARDS = 100
export const RAISED = 1000

export function groupNode(group: LevelView['groups'][number], inside: Path): { key: string; node: BoxNode } {
  const key = GROUP + group.id
  const id = children(inside, key)
  return { key, node: boxNode(id, 'group-box', GROUPS + 2 * depthOf(id), { ...group, text: group.title }) }
}

export function noteNode(note: LevelView['notes'][number], inside: Path): { key: string; node: BoxNode } {
  const key = NOTE + note.id
  return { key, node: boxNode(children(inside, key), 'note-box', NOTES, note) }
}

function boxNode(id: string, type: 'group-box' | 'note-box', zIndex: number, box: Pick<BoxData, 'text' | 'colour' | 'at' | 'size'>): BoxNode {
  const { text, colour, at, size } = box
  const position = { x: at[0], y: at[1] }
  return { id, type, zIndex, position, width: size[0], height: size[1], handles: [], data: { text, colour, at, size } }
}
