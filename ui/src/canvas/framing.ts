/** What unfolding loops and subgraphs to frames, and folding them to cards, does to a level. */

import type { Area } from '../graph/frame'
import { nameOf, parent, within, type Path, type Point } from '../graph/level'
import { moveTo, toggleFramed } from '../graph/operations'
import { makeRoom } from '../graph/room'
import type { Graph, JsonValue, Operation } from '../protocol'
import { useCatalogue } from '../stores/catalogue'
import { activeGraph } from '../stores/graphs'
import { preferences } from '../stores/preferences'
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
  for (const node of nodesAfter(level, operations, inside)) {
    if (!ids.includes(within(inside, node.id))) continue
    for (const [name, place] of makeRoom(areas, node.id, sizeOf(node))) {
      places.set(name, place)
      areas.set(name, { at: place, size: areas.get(name)?.size ?? [0, 0] })
    }
  }
  return [...operations, ...moveTo(places, at)]
}

/** Where the nodes of a level are on it, by their names there. */
function areasOf(nodes: readonly FlowNode[], inside: Path): Map<string, Area> {
  const [x, y] = originOf(nodes, inside)
  const own = nodes.filter((node) => parent(node.id) === inside)
  return new Map(own.map((node) => [nameOf(node.id), { at: [node.position.x - x, node.position.y - y], size: sizeOf(node) }]))
}

/** The nodes of a level as they will be. */
function nodesAfter(level: Graph, operations: readonly Operation[], inside: Path): FlowNode[] {
  const open = activeGraph()
  if (!open) return []
  const view: Record<string, JsonValue> = { ...level.view }
  for (const one of operations) {
    if (one.op !== 'patch') continue
    for (const { where, new: now = [] } of one.writes) view[where[1] ?? ''] = now[0] ?? {}
  }
  const { catalogue } = useCatalogue.getState()
  const knownIn = (deeper: Path) => knownOf(open, catalogue, within(inside, deeper))
  return new LevelNodes().nodes({ ...level, view }, knownIn, preferences().previewSize)
}

const sizeOf = (node: FlowNode): Point => [node.width ?? 0, node.height ?? 0]
