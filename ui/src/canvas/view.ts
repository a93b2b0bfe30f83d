/** Where the canvas looks, for those outside of it: panels, commands, search. */

import { getViewportForBounds, type ReactFlowInstance, type Viewport } from '@xyflow/react'
import type { Path, Point } from '../graph/level'
import { isFrame, type FlowLink, type FlowNode } from './nodes'
import { around } from './area'
import { levelSelected } from './here'
import { levelUnder, originOf } from './places'

export const MIN_ZOOM = 0.02
export const MAX_ZOOM = 2.5
/** Frames that a card may take to be drawn. */
const PATIENCE = 120

let flow: ReactFlowInstance<FlowNode, FlowLink> | null = null
let frame: HTMLElement | null = null
let shown: readonly FlowNode[] = []

const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches
const duration = () => (still() ? 0 : 180)

export function attach(instance: ReactFlowInstance<FlowNode, FlowLink> | null, element: HTMLElement | null): void {
  frame?.removeEventListener('pointermove', follow)
  frame?.removeEventListener('pointerleave', lose)
  flow = instance
  frame = element
  pointer = null
  frame?.addEventListener('pointermove', follow)
  frame?.addEventListener('pointerleave', lose)
}

/** Where the pointer is over the canvas, in pixels of the page; null while it is elsewhere. */
let pointer: Point | null = null
const follow = (event: PointerEvent) => void (pointer = [event.clientX, event.clientY])
const lose = () => void (pointer = null)

/** The place of the graph that somebody means who adds or pastes: under the pointer, else in the middle. */
export function meantPlace(): Point {
  return pointer ? toGraph(...pointer) : viewCentre()
}

/** A place on one of the levels that are drawn, as that level has it. */
export interface Spot {
  readonly inside: Path
  readonly place: Point
}

/** The level under a place of the canvas, or another one that is drawn, with that place on it. */
export function spotAt([x, y]: Readonly<Point>, inside: Path = levelUnder(shown, [x, y])): Spot {
  const [left, top] = originOf(shown, inside)
  return { inside, place: [Math.round(x - left), Math.round(y - top)] }
}

/** The level that somebody means who adds or pastes: under the pointer, else that of what is selected. */
export const meantLevel = (): Path => (pointer ? levelUnder(shown, toGraph(...pointer)) : levelSelected())

/** Say which nodes there are; seen from far, React Flow itself has none. */
export function showNodes(nodes: readonly FlowNode[]): void {
  shown = nodes
}

/** Whether a level is on the canvas: the one that is shown, or one in a frame on it. */
export const isDrawn = (inside: Path | null) => inside === '' || shown.some((node) => node.id === inside && isFrame(node))

export const shownNodes = () => shown
export const nodeNamed = (name: string) => shown.find((node) => node.id === name)

/** Bring a node to the middle, near enough to be read. */
export function centreOn(name: string): void {
  const node = nodeNamed(name)
  if (!flow || !node) return
  const x = node.position.x + (node.width ?? 0) / 2
  const y = node.position.y + (node.height ?? 0) / 2
  void flow.setCenter(x, y, { zoom: Math.max(flow.getZoom(), 0.8), duration: duration() })
}

/** Move the view as little as it takes to see a node. */
export function reveal(name: string): void {
  const node = nodeNamed(name)
  if (!flow || !node || !frame) return
  const { x, y, zoom } = flow.getViewport()
  const left = node.position.x * zoom + x
  const top = node.position.y * zoom + y
  const right = left + (node.width ?? 0) * zoom
  const bottom = top + (node.height ?? 0) * zoom
  const [width, height] = frameSize()
  const dx = left < 24 ? 24 - left : right > width - 24 ? Math.max(width - 24 - right, 24 - left) : 0
  const dy = top < 24 ? 24 - top : bottom > height - 24 ? Math.max(height - 24 - bottom, 24 - top) : 0
  if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: duration() })
}

/** The place of the graph in the middle of the canvas. */
export function viewCentre(): Point {
  if (!flow || !frame) return [0, 0]
  const box = frame.getBoundingClientRect()
  return toGraph(box.left + box.width / 2, box.top + box.height / 2)
}

/** The place of the graph under a point of the page. */
export function toGraph(x: number, y: number): Point {
  const place = flow?.screenToFlowPosition({ x, y }, { snapToGrid: false }) ?? { x: 0, y: 0 }
  return [Math.round(place.x), Math.round(place.y)]
}

/** Ends once an edit on its way that places nodes anew is drawn; null while there is none. */
let settling: Promise<void> | null = null

/** Say that nodes are about to stand elsewhere: who wants to see everything means it as it is then. */
export function expectPlaces(edit: Promise<unknown>): void {
  const own = drawnAfter(edit).then(() => {
    if (settling === own) settling = null
  })
  settling = own
}

async function drawnAfter(edit: Promise<unknown>): Promise<void> {
  await edit.catch(() => undefined)
  await new Promise(requestAnimationFrame) // what it changed is told before its answer
}

/** Show the whole level, or some of its nodes. */
export function fit(names?: readonly string[], animate = true): void {
  if (settling) void settling.then(() => fitNow(names, animate))
  else fitNow(names, animate)
}

function fitNow(names: readonly string[] | undefined, animate: boolean): void {
  const some = names?.length ? new Set(names) : null
  const wanted = some ? shown.filter((node) => some.has(node.id)) : shown
  const [width, height] = frameSize()
  if (!flow || wanted.length === 0 || width === 0) return
  void flow.setViewport(viewOf(wanted, width, height), { duration: animate ? duration() : 0 })
}

/** The view of a whole level before its frame is there; a guess of its size, that `fit` makes good. */
export function viewOfAll(nodes: readonly FlowNode[]): Viewport {
  return nodes.length ? viewOf(nodes, innerWidth * 0.6, innerHeight * 0.9) : { x: 0, y: 0, zoom: 1 }
}

function viewOf(nodes: readonly FlowNode[], width: number, height: number): Viewport {
  const { left, top, right, bottom } = around(nodes)
  const bounds = { x: left, y: top, width: right - left, height: bottom - top }
  return getViewportForBounds(bounds, width, height, MIN_ZOOM, 1, 0.1)
}

export const zoomIn = () => void flow?.zoomIn({ duration: duration() })
export const zoomOut = () => void flow?.zoomOut({ duration: duration() })
export const zoomTo = (zoom: number) => void flow?.zoomTo(zoom, { duration: duration() })

/** Move the view by pixels of the page. */
export function pan(dx: number, dy: number): void {
  if (!flow) return
  const { x, y, zoom } = flow.getViewport()
  void flow.setViewport({ x: x + dx, y: y + dy, zoom })
}

/** Zoom by a factor about a point of the page that moves to another. */
export function pinchBy(factor: number, from: Readonly<Point>, to: Readonly<Point>): void {
  if (!flow || !frame) return
  const { left, top } = frame.getBoundingClientRect()
  const { x, y, zoom } = flow.getViewport()
  const next = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom * factor))
  const grown = next / zoom
  void flow.setViewport({
    x: to[0] - left - (from[0] - left - x) * grown,
    y: to[1] - top - (from[1] - top - y) * grown,
    zoom: next,
  })
}

/** Move the view so that a point of the graph is in the middle. */
export function lookAt(x: number, y: number): void {
  if (flow) void flow.setCenter(x, y, { zoom: flow.getZoom() })
}

export const frameSize = (): Point => [frame?.clientWidth ?? 0, frame?.clientHeight ?? 0]

/** Number of the last wish for the keyboard: those before it count no more. */
let wish = 0

/** Put the keyboard on a card, frame or note, or on the canvas while cards are too small to be drawn. */
export function focusCard(name: string): void {
  const own = ++wish
  requestAnimationFrame(() => {
    if (own !== wish) return
    const id = CSS.escape(name)
    const card = name && frame?.querySelector<HTMLElement>(`[data-node="${id}"], [data-box="${id}"]`)
    ;(card || frame)?.focus({ preventScroll: true })
  })
}

/** The card, frame or note that the keyboard is on; empty for none. */
export function focusedNode(): string {
  const { dataset } = document.activeElement?.closest<HTMLElement>('[data-node], [data-box]') ?? {}
  return dataset?.['node'] ?? dataset?.['box'] ?? ''
}

/** Whether a card, frame or note is drawn, so that the keyboard can be on it. */
export function isThere(name: string): boolean {
  const id = CSS.escape(name)
  return Boolean(frame?.querySelector(`[data-node="${id}"], [data-box="${id}"]`))
}

/** Put the keyboard on a card that is not there yet; what takes it meanwhile keeps it. */
export function focusSoon(name: string): void {
  const own = ++wish
  const before = document.activeElement
  const look = (frames: number) => {
    if (own !== wish || !isFree(before)) return
    if (name === '' || isThere(name) || frames === 0) focusCard(name)
    else requestAnimationFrame(() => look(frames - 1))
  }
  look(PATIENCE)
}

/** Whether the keyboard is where it was before, or on no field, button or dialog. */
function isFree(before: Element | null): boolean {
  const { activeElement: active, body } = document
  return !active || [before, body, frame].includes(active) || active.matches('[data-node], [data-box]')
}
