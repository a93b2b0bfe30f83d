/** Frames and notes: which one is written into, what is in a frame, and the edits of both. */

import { create } from 'zustand'
import { GROUP, NOTE, parent, viewOf, type Point } from '../graph/level'
import { frameAround, membersOf, setGroup, setNote } from '../graph/operations'
import type { Graph, Operation } from '../protocol'
import { select } from '../stores/selection'
import { editAround } from './here'
import { isCard, type FlowNode } from './nodes'
import { isGroup } from './places'
import { shownNodes, spotAt } from './view'

/** The frame or note that is written into; empty for none. */
export const useWriting = create<{ box: string }>(() => ({ box: '' }))

/** Write into a frame's title or a note. */
export function writeInto(box: string): void {
  select([box])
  useWriting.setState({ box })
}

export interface BoxChange {
  readonly text?: string
  readonly colour?: string
  readonly at?: Point
  readonly size?: Point
}

/** Operations that change a frame or note of a level, given by its key there; none when it is gone. */
export function boxChanged(level: Graph, box: string, change: BoxChange, at: string): Operation[] {
  const { groups, notes } = viewOf(level)
  const group = groups.find(({ id }) => GROUP + id === box)
  if (group) return setGroup(level, { ...group, ...change, title: change.text ?? group.title }, at)
  const note = notes.find(({ id }) => NOTE + id === box)
  return note ? setNote(level, { ...note, ...change }, at) : []
}

/** Change a frame or note; its place is one of the canvas. */
export function changeBox(box: string, change: BoxChange): void {
  const at = change.at && spotAt(change.at, parent(box)).place
  void editAround(box, (level, key, path) => boxChanged(level, key, { ...change, ...(at ? { at } : {}) }, path))
}

/** What is in a frame: cards, notes and frames of its level whose middle lies in it. */
export function inFrame(frame: FlowNode, all: readonly FlowNode[]): string[] {
  const nodes = all.filter((node) => parent(node.id) === parent(frame.id))
  const positions = new Map(nodes.map((node) => [node.id, [node.position.x, node.position.y] as Point]))
  positions.delete(frame.id)
  return membersOf({ at: [frame.position.x, frame.position.y], size: sizeOf(frame) }, positions, new Map(nodes.map((node) => [node.id, sizeOf(node)])))
}

/** Names with those of all that moves along: what is in a frame moves with it. */
export function withMembers(names: readonly string[], nodes: readonly FlowNode[]): string[] {
  const frames = nodes.filter((node) => isGroup(node.id) && names.includes(node.id))
  return [...new Set([...names, ...frames.flatMap((frame) => inFrame(frame, nodes))])]
}

/** Select the cards in a frame. */
export function selectMembers(box: string): void {
  const nodes = shownNodes()
  const frame = nodes.find(({ id }) => id === box)
  if (!frame) return
  const inside = new Set(inFrame(frame, nodes))
  select(nodes.filter((node) => inside.has(node.id) && isCard(node)).map(({ id }) => id))
}

/** Let a frame be as large as what is in it needs. */
export function fitFrame(box: string): void {
  const nodes = shownNodes()
  const frame = nodes.find(({ id }) => id === box)
  if (!frame) return
  const positions = new Map(nodes.map((node) => [node.id, [node.position.x, node.position.y] as Point]))
  const around = frameAround(positions, new Map(nodes.map((node) => [node.id, sizeOf(node)])), inFrame(frame, nodes))
  if (around) changeBox(box, around)
}

const sizeOf = (node: FlowNode): Point => [node.width ?? 0, node.height ?? 0]
