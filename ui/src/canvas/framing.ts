/** What making loops of nodes, unfolding these to frames, and folding them to cards does to a level. */

import type { Area } from '../graph/frame'
import { nameOf, parent, within, type Path, type Point } from '../graph/level'
import { loop, moveTo, toggleFramed } from '../graph/operations'
import { LOOP, type Known } from '../graph/ports'
import { makeRoom } from '../graph/room'
import type { Graph, Instance, JsonValue, Operation } from '../protocol'
import { useCatalogue } from '../stores/catalogue'
import { activeGraph } from '../stores/graphs'
import { preferences } from '../stores/preferences'
import { hullOf } from './cards'
import { knownOf } from './here'
import { LevelNodes } from './levelNodes'
import type { FlowNode } from './nodes'
import { originOf } from './places'
import { shownNodes } from './view'

/** Operations that unfold nodes, or fold them, and put the others of their level where there is room. */
export function framing(level: Graph, ids: readonly string[], at: Path): Operation[] {
  const inside = parent(ids[0] ?? '')
  const operations = toggleFramed(level, ids.map(nameOf), at)
  const areas = areasOf(shownNodes(), inside)
  const places = new Map<string, Point>()
  for (const node of nodesOf({ ...level, view: viewAfter(level, operations) }, inside)) {
    if (!ids.includes(within(inside, node.id))) continue
    for (const [name, place] of makeRoom(areas, node.id, sizeOf(node))) {
      places.set(name, place)
      areas.set(name, { at: place, size: areas.get(name)?.size ?? [0, 0] })
    }
  }
  return [...operations, ...moveTo(places, at)]
}

/** How a level is shown once instances are shown otherwise; a field without a value is gone. */
function viewAfter(level: Graph, operations: readonly Operation[]): Graph['view'] {
  const view: Record<string, JsonValue> = { ...level.view }
  for (const one of operations) {
    if (one.op !== 'show') continue
    for (const [name, fields] of Object.entries(one.shown)) view[name] = { ...(view[name] as object), ...fields }
  }
  return view
}

/** Operations that make nodes the body of a loop, whose frame stands where they stood; null when they can't be one. */
export function looping(level: Graph, ids: readonly string[], known: Known, at: Path): Operation[] | null {
  const operations = loop(level, ids.map(nameOf), known, at)
  const nodes = shownNodes()
  const inside = parent(ids[0] ?? '')
  const areas = areasOf(nodes, inside)
  for (const id of ids) areas.delete(nameOf(id))
  const own = areaAround(nodes.filter(({ id }) => ids.includes(id)), originOf(nodes, inside))
  return operations && own && operations.flatMap((one) => (one.op === 'add' && one.instance['type'] === LOOP ? placed(one, own, areas, at) : [one]))
}

/** A frame gets wider by this at most when its ports are told. */
const UNTOLD = 160

/** The loop at the place of what is in it, and the others where its frame leaves room. */
function placed(add: Extract<Operation, { op: 'add' }>, own: Area, areas: Map<string, Area>, at: Path): Operation[] {
  const [frame] = nodesOf({ nodes: { [add.name]: add.instance as Instance } }, '')
  areas.set(add.name, own)
  const [width, height] = frame ? sizeOf(frame) : own.size
  const places = makeRoom(areas, add.name, [width + UNTOLD, height])
  return [{ ...add, position: [...own.at] }, ...moveTo(places, at)]
}

/** The area of nodes on their level, whose places begin at a place of the canvas; null for none. */
function areaAround(nodes: readonly FlowNode[], [x, y]: Point): Area | null {
  const hull = hullOf(nodes)
  return hull && { at: [hull.left - x, hull.top - y], size: [hull.right - hull.left, hull.bottom - hull.top] }
}

/** Where the nodes of a level are on it, by their names there. */
function areasOf(nodes: readonly FlowNode[], inside: Path): Map<string, Area> {
  const [x, y] = originOf(nodes, inside)
  const own = nodes.filter((node) => parent(node.id) === inside)
  return new Map(own.map((node) => [nameOf(node.id), { at: [node.position.x - x, node.position.y - y], size: sizeOf(node) }]))
}

/** The nodes of a level as they will be. */
function nodesOf(level: Graph, inside: Path): FlowNode[] {
  const open = activeGraph()
  if (!open) return []
  const { catalogue } = useCatalogue.getState()
  const knownIn = (deeper: Path) => knownOf(open, catalogue, within(inside, deeper))
  return new LevelNodes().nodes(level, knownIn, preferences().previewSize)
}

const sizeOf = (node: FlowNode): Point => [node.width ?? 0, node.height ?? 0]
