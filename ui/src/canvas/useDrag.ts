/** Moving nodes: where they are while the pointer holds them, then one edit. */

import { useCallback, useMemo, useRef, useState } from 'react'
import { nameOf, parent, type Point } from '../graph/level'
import { insertOn, moveTo } from './lateActions'
import { inFrame } from './boxes'
import type { Places } from './held'
import type { FlowNode } from './nodes'
import { isGroup } from './places'

type PointerLike = React.MouseEvent | MouseEvent | TouchEvent

export interface Drag {
  /** Places of the nodes that are held, or whose edit is on its way; null when nothing moves. */
  readonly places: Places | null
  /** Put nodes somewhere for the moment. */
  hold(places: Places): void
  start(node: FlowNode): void
  drag(node: FlowNode): void
  stop(event: PointerLike, node: FlowNode): void
  /** Make the places the graph's; a card that was let go on a link is put into it. */
  drop(places: Places, onto?: Onto | ''): Promise<boolean>
}

interface Onto {
  readonly link: string
  readonly name: string
}

export function useDrag(base: readonly FlowNode[]): Drag {
  const [places, setPlaces] = useState<Places | null>(null)
  const held = useRef<Places | null>(null)
  const group = useRef<{ start: Point; members: Places } | null>(null)

  const set = useCallback((next: Places | null) => {
    held.current = next
    setPlaces(next)
  }, [])
  const hold = useCallback((more: Places) => set(new Map([...(held.current ?? []), ...more])), [set])
  const drop = useCallback(
    async (all: Places, onto?: Onto | '') => {
      const done = await (onto ? insertOn(onto.link, onto.name, all, base) : moveTo(all, base))
      if (held.current === all) set(null) // else something is held again
      return done
    },
    [base, set],
  )
  const start = useCallback(
    (node: FlowNode) => {
      const members = isGroup(node.id) ? inside(node, base) : null
      group.current = members && { start: [node.position.x, node.position.y], members }
    },
    [base],
  )
  const drag = useCallback(
    (node: FlowNode) => {
      if (!group.current) return
      const { start, members } = group.current
      const [dx, dy] = [node.position.x - start[0], node.position.y - start[1]]
      hold(new Map([...members].map(([name, [x, y]]) => [name, [x + dx, y + dy]])))
    },
    [hold],
  )
  const stop = useCallback(
    (event: PointerLike, node: FlowNode) => {
      group.current = null
      const all = held.current
      if (!all || all.size === 0) return
      const onto = 'clientX' in event && all.size === 1 ? linkUnder(event.clientX, event.clientY, node.id) : ''
      void drop(all, onto && { link: onto, name: node.id })
    },
    [drop],
  )
  return useMemo(() => ({ places, hold, start, drag, stop, drop }), [places, hold, start, drag, stop, drop])
}

/** Where what is in a frame stands. */
function inside(frame: FlowNode, nodes: readonly FlowNode[]): Map<string, Point> {
  const names = new Set(inFrame(frame, nodes))
  return new Map(nodes.filter(({ id }) => names.has(id)).map(({ id, position: { x, y } }) => [id, [x, y]]))
}

/** Path of the link under a point of the page that is on the level of a node and does not belong to it itself. */
function linkUnder(x: number, y: number, node: string): string {
  const name = nameOf(node)
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id')
    if (!id || parent(id) !== parent(node)) continue
    const link = nameOf(id)
    if (!link.startsWith(`${name}.`) && !link.includes(`>${name}.`)) return id
  }
  return ''
}
