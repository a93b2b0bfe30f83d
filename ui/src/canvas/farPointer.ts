/** Seen from far there are no cards to click: the canvas itself tells which node is under the pointer. */

import { useMemo, useRef, type PointerEvent } from 'react'
import type { Point } from '../graph/level'
import { select } from '../stores/selection'
import { cardMenu } from './lateMenus'
import type { FlowNode } from './nodes'
import { hit } from './scene'
import type { Drag } from './useDrag'
import { toGraph } from './view'

/** Pixels of the page that a tap may wander. */
const SLACK = 8

export function useFarPointer(far: boolean, nodes: readonly FlowNode[], selected: ReadonlySet<string>, { hold, drop }: Drag) {
  const held = useRef<{ start: Point; from: Map<string, Point>; moved: Map<string, Point> | null } | null>(null)
  const tapped = useRef<{ name: string; x: number; y: number } | null>(null)
  return useMemo(() => {
    if (!far) return {}
    const inTools = (event: PointerEvent | React.MouseEvent) => (event.target as Element).closest('button, .minimap') !== null
    return {
      onPointerDownCapture: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0 || inTools(event)) return
        const at = toGraph(event.clientX, event.clientY)
        const node = hit(nodes, ...at)
        if (!node) return
        const more = event.shiftKey || event.ctrlKey || event.metaKey
        if (event.pointerType === 'touch') {
          tapped.current = { name: node.id, x: event.clientX, y: event.clientY }
          return // a finger moves the view
        }
        const names = selected.has(node.id) ? [...selected] : more ? [...selected, node.id] : [node.id]
        event.stopPropagation()
        event.currentTarget.setPointerCapture(event.pointerId)
        select(names)
        const of = new Set(names)
        const from = new Map(nodes.filter((one) => of.has(one.id)).map((one) => [one.id, [one.position.x, one.position.y] as Point]))
        held.current = { start: at, from, moved: null }
      },
      onPointerMoveCapture: (event: PointerEvent<HTMLElement>) => {
        const now = held.current
        if (!now) return
        event.stopPropagation()
        const [x, y] = toGraph(event.clientX, event.clientY)
        const by = [x - now.start[0], y - now.start[1]] as const
        if (!now.moved && Math.hypot(...by) < 12) return
        now.moved = new Map([...now.from].map(([name, at]) => [name, [at[0] + by[0], at[1] + by[1]]]))
        hold(now.moved)
      },
      onPointerUpCapture: (event: PointerEvent<HTMLElement>) => {
        const now = held.current
        held.current = null
        const tap = tapped.current
        tapped.current = null
        if (tap && Math.hypot(event.clientX - tap.x, event.clientY - tap.y) < SLACK) select([tap.name])
        if (!now) return
        event.stopPropagation()
        if (now.moved) void drop(now.moved)
      },
      onPointerCancelCapture: () => {
        tapped.current = null
      },
      onContextMenuCapture: (event: React.MouseEvent<HTMLElement>) => {
        const node = inTools(event) ? null : hit(nodes, ...toGraph(event.clientX, event.clientY))
        if (!node) return
        event.stopPropagation()
        cardMenu(event, node)
      },
    }
  }, [far, nodes, selected, hold, drop])
}
