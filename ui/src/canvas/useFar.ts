/** Whether the level is seen from far, where React Flow has no nodes and one canvas draws them. */

import { useStore, useStoreApi } from '@xyflow/react'
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import { moved } from './motion'
import type { FlowLink, FlowNode } from './nodes'

export const FAR = 0.4

/**
 * Follow the view. React Flow learns of its new nodes only after it has drawn: a leap away from near cards
 * would draw every card of the level once. So they are taken from it as soon as the view changes.
 */
export function useFar(nodes: FlowNode[], links: FlowLink[], frame: RefObject<HTMLElement | null>): boolean {
  const flow = useStoreApi<FlowNode, FlowLink>()
  const far = useStore((now) => now.transform[2] < FAR)
  const near = useRef({ nodes, links })
  useEffect(() => {
    near.current = { nodes, links }
  }, [nodes, links])
  useLayoutEffect(
    () =>
      flow.subscribe((now, before) => {
        if (now.transform === before.transform) return
        moved(frame.current)
        const [is, was] = [now.transform[2] < FAR, before.transform[2] < FAR]
        if (is === was) return
        now.setNodes(is ? [] : near.current.nodes)
        now.setEdges(is ? [] : near.current.links)
      }),
    [flow, frame],
  )
  return far
}
