/**
 * Nodes and links of the canvas, as React Flow takes them: those of the level that is shown, and of those that
 * are drawn on it in frames.
 *
 * An id is the path from the level that is shown: `turns/step` stands in the frame of `turns`. Places are
 * those of the canvas, whichever level a node is on.
 */

import type { Edge, Node } from '@xyflow/react'
import type { Instance } from '../protocol'
import type { Edges } from '../graph/frame'
import type { CardSize } from '../graph/geometry'
import type { Point } from '../graph/level'
import type { LinkView } from '../graph/links'
import type { Interface } from '../graph/ports'
import type { TypeKind } from '../graph/types'
import type { Fed } from './feeding'

export interface CardData extends Record<string, unknown> {
  /** Its id. */
  name: string
  instance: Instance
  face: Interface
  /** The model families that its files tell. */
  families: readonly string[]
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
  /** Ports that a link from the edge of its frame leads to. */
  led: ReadonlyMap<string, unknown>
  /** Outputs of the graph that it gives: port → name. */
  gives: ReadonlyMap<string, string>
  size: CardSize
  /** What its frame is like; null for one that is a card. */
  frame: FrameData | null
}

export interface FrameData {
  edges: Edges
  /** Where on the canvas the places of the level inside begin. */
  origin: Point
}

export interface BoxData extends Record<string, unknown> {
  text: string
  colour: string
  at: Point
  size: Point
}

export type CardNode = Node<CardData, 'card' | 'reroute' | 'frame'>
export type BoxNode = Node<BoxData, 'group-box' | 'note-box'>
export type FlowNode = CardNode | BoxNode

/** Whether a node of the canvas is an instance, and no group or note. */
export const isCard = (node: FlowNode): node is CardNode => node.type === 'card' || node.type === 'reroute' || node.type === 'frame'

/** Whether a node is drawn with what is inside of it. */
export const isFrame = (node: FlowNode): node is CardNode & { data: { frame: FrameData } } => node.type === 'frame'

export interface LinkData extends Record<string, unknown> {
  kind: TypeKind
  list: boolean
  /** The link as its level has it. */
  link: LinkView
  diff?: string
}

export type FlowLink = Edge<LinkData, 'link'>
