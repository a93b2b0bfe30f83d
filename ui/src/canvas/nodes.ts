/**
 * The level that is shown, as React Flow takes it. A node or link that is as before is the same object, so
 * that an edit of one instance draws one card.
 */

import { Position, type Edge, type Node } from '@xyflow/react'
import type { Graph, GraphInput, Instance } from '../protocol'
import { cardView, HANDLE_SIZE, sizeOf, type CardSize } from '../graph/geometry'
import { GROUP, NOTE, entry, splitPort, viewOf, type LevelView, type Point } from '../graph/level'
import { Flowing, type Flow } from '../graph/flowing'
import { linksOf, readOutputs, type LinkView } from '../graph/links'
import { interfaceOf, isLevel, placeholderOf, shapeOf, type Interface, type Known } from '../graph/ports'
import { REROUTE } from '../graph/operations'
import { previewHeight, previewOf, type PreviewSize } from '../graph/previewing'
import { typeKind, type TypeKind } from '../graph/types'

/** A graph input that feeds a port, and may feed others, too. */
export interface Fed {
  readonly name: string
  readonly input: GraphInput
}

export interface CardData extends Record<string, unknown> {
  name: string
  instance: Instance
  face: Interface
  /** Whether its node is not installed. */
  missing: boolean
  /** Whether it holds a graph that can be entered. */
  level: boolean
  collapsed: boolean
  pinned: boolean
  colour: string
  /** Pixels kept for what it gives. */
  preview: number
  /** Pixels kept for the graph inside of it. */
  body: number
  /** What flows through a reroute point, as far as its link tells. */
  kind: TypeKind | undefined
  /** Ports that a graph input feeds → the input. */
  fed: ReadonlyMap<string, Fed>
  /** Outputs of the graph that it gives: port → name. */
  gives: ReadonlyMap<string, string>
  size: CardSize
}

export interface BoxData extends Record<string, unknown> {
  text: string
  colour: string
  at: Point
  size: Point
}

export type CardNode = Node<CardData, 'card' | 'reroute'>
export type BoxNode = Node<BoxData, 'group-box' | 'note-box'>
export type FlowNode = CardNode | BoxNode

/** Whether a node of the canvas is an instance, and no frame or note. */
export const isCard = (node: FlowNode): node is CardNode => node.type === 'card' || node.type === 'reroute'

export interface LinkData extends Record<string, unknown> {
  kind: TypeKind
  list: boolean
  link: LinkView
  diff?: string
}

export type FlowLink = Edge<LinkData, 'link'>

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
interface Made {
  parts: readonly unknown[]
  node: FlowNode
}

const NONE = new Map<string, never>()

/** Builds the nodes and links of one level again and again. */
export class LevelNodes {
  private cards = new Map<string, Made>()
  private links = new Map<string, FlowLink>()
  private fed = new Map<string, ReadonlyMap<string, Fed>>()
  private gives = new Map<string, ReadonlyMap<string, string>>()

  nodes(level: Graph, known: Known, previews: PreviewSize): FlowNode[] {
    const view = viewOf(level)
    const next = new Map<string, Made>()
    this.fed = kept(this.fed, feeding(level), (one, other) => one.name === other.name && one.input === other.input)
    this.gives = kept(this.gives, giving(level), (one, other) => one === other)
    const found: FlowNode[] = []
    for (const box of [...view.groups.map(groupNode), ...view.notes.map(noteNode)]) {
      found.push(this.same(next, box.id, [entry(level.view, box.id)], () => box))
    }
    let free = 0
    const read = readOutputs(level)
    const flowing = new Flowing(level, known)
    for (const [name, instance] of Object.entries(level.nodes ?? {})) {
      const record = isLevel(instance) ? known.interfaces[name] : known.catalogue.nodes.get(instance.type ?? '')
      const at = view.positions.get(name) ?? unplaced(free++)
      const fed = this.fed.get(name) ?? NONE
      const gives = this.gives.get(name) ?? NONE
      const outputs = record ? '' : [...(read.get(name) ?? [])].join()
      const kind = instance.type === REROUTE ? flowing.outOf({ name, port: 'out' }).kind : undefined
      const parts = [instance, record, at[0], at[1], entry(level.view, name), fed, gives, previews, outputs, kind]
      found.push(
        this.same(next, name, parts, () =>
          cardNode(name, instance, known, view, { at, fed, gives, previews, read: read.get(name), kind }),
        ),
      )
    }
    this.cards = next
    return found
  }

  private same(next: Map<string, Made>, id: string, parts: readonly unknown[], make: () => FlowNode): FlowNode {
    const before = this.cards.get(id)
    const made = before && equal(before.parts, parts) ? before : { parts, node: make() }
    next.set(id, made)
    return made.node
  }

  edges(level: Graph, nodes: readonly FlowNode[], known: Known): FlowLink[] {
    const flowing = new Flowing(level, known)
    const faces = new Map<string, CardData>()
    for (const node of nodes) if (isCard(node)) faces.set(node.id, node.data)
    const next = new Map<string, FlowLink>()
    for (const link of linksOf(level)) {
      if (link.kind === 'input' || link.kind === 'output') continue
      const source = faces.get(link.source.name)
      const target = faces.get(link.target.name)
      if (!source || !target) continue
      const flow = kindOf(flowing.outOf(link.source), target.face, link)
      const before = this.links.get(link.id)
      const same = before?.data?.kind === flow.kind && before.data.list === flow.list
      next.set(link.id, same ? before : edgeOf(link, flow))
    }
    this.links = next
    return [...next.values()]
  }
}

function edgeOf(link: LinkView, flow: { kind: TypeKind; list: boolean }): FlowLink {
  return {
    id: link.id,
    type: 'link',
    source: link.source.name,
    sourceHandle: link.source.port,
    target: link.target.name,
    targetHandle: link.target.port,
    data: { ...flow, link },
  }
}

/** What flows along a link; where the source does not say it, what the target takes. */
function kindOf(flow: Flow, target: Interface, link: LinkView): Flow {
  const taken = target.inputs[link.target.port]
  return flow.kind === 'other' && taken ? { ...flow, kind: typeKind(shapeOf(taken)) } : flow
}

const equal = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((part, place) => part === other[place])

/** Where an instance stands that nobody has placed, such as one that a script added. */
function unplaced(number: number): Point {
  return [(number % 6) * 300, Math.floor(number / 6) * 340]
}

interface Circumstances {
  at: Point
  fed: ReadonlyMap<string, Fed>
  gives: ReadonlyMap<string, string>
  previews: PreviewSize
  read: ReadonlySet<string> | undefined
  kind: TypeKind | undefined
}

function cardNode(name: string, instance: Instance, known: Known, view: LevelView, more: Circumstances): CardNode {
  const told = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const face = told ?? placeholderOf(instance, name, more.read)
  const dot = instance.type === REROUTE && !view.sizes.has(name)
  const preview = previewHeight(previewOf(face.outputs), more.previews)
  const body = instance.graph ? BODY_HEIGHT : 0
  const shown = cardView(view, name, preview + (body ? body + BODY_MARGIN : 0))
  const size = dot ? DOT : sizeOf(face, instance, shown)
  const pinned = view.pinned.has(name)
  return {
    id: name,
    type: dot ? 'reroute' : 'card',
    position: { x: more.at[0], y: more.at[1] },
    width: size.width,
    height: size.height,
    draggable: !pinned,
    handles: size.handles.map(({ id, side, x, y }) => ({
      id,
      type: side === 'in' ? 'target' : 'source',
      position: side === 'in' ? Position.Left : Position.Right,
      x: x - HANDLE_SIZE / 2,
      y: y - HANDLE_SIZE / 2,
      width: HANDLE_SIZE,
      height: HANDLE_SIZE,
    })),
    data: {
      name,
      instance,
      face,
      missing: told === null && !isLevel(instance),
      level: isLevel(instance),
      collapsed: view.collapsed.has(name),
      pinned,
      colour: view.colours.get(name) ?? '',
      preview: view.collapsed.has(name) ? 0 : preview,
      body: view.collapsed.has(name) ? 0 : body,
      fed: more.fed,
      gives: more.gives,
      kind: more.kind,
      size,
    },
  }
}

/** React Flow raises what is selected by 1000; a frame stays behind its members even then. */
const BEHIND = -1010

function groupNode(group: LevelView['groups'][number]): BoxNode {
  return boxNode(GROUP + group.id, 'group-box', BEHIND, { ...group, text: group.title })
}

function noteNode(note: LevelView['notes'][number]): BoxNode {
  return boxNode(NOTE + note.id, 'note-box', -1, note)
}

function boxNode(id: string, type: 'group-box' | 'note-box', zIndex: number, box: { text: string; colour: string; at: Point; size: Point }): BoxNode {
  const { text, colour, at, size } = box
  return {
    id,
    type,
    zIndex,
    position: { x: at[0], y: at[1] },
    width: size[0],
    height: size[1],
    handles: [],
    data: { text, colour, at, size },
  }
}

/** Instance → port → graph input that feeds it. */
function feeding(level: Graph): Map<string, Map<string, Fed>> {
  const found = new Map<string, Map<string, Fed>>()
  for (const [name, input] of Object.entries(level.inputs ?? {})) {
    for (const text of input.to ?? []) {
      const target = splitPort(text)
      put(found, target.name, target.port, { name, input })
    }
  }
  return found
}

/** Instance → port → graph output that it gives. */
function giving(level: Graph): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>()
  for (const link of linksOf({ outputs: level.outputs ?? {} })) {
    put(found, link.source.name, link.source.port, link.target.port)
  }
  return found
}

function put<T>(table: Map<string, Map<string, T>>, name: string, port: string, value: T): void {
  const ports = table.get(name)
  if (ports) ports.set(port, value)
  else table.set(name, new Map([[port, value]]))
}

type Tables<T> = ReadonlyMap<string, ReadonlyMap<string, T>>

/** The new table, with the old entries where they say the same. */
function kept<T>(before: Tables<T>, now: Tables<T>, same: (one: T, other: T) => boolean): Map<string, ReadonlyMap<string, T>> {
  const found = new Map<string, ReadonlyMap<string, T>>()
  for (const [name, ports] of now) {
    const old = before.get(name)
    const equal = old?.size === ports.size && [...ports].every(([port, value]) => old.has(port) && same(old.get(port) as T, value))
    found.set(name, equal && old ? old : ports)
  }
  return found
}
