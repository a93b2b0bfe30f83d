/** Whether the level is seen from far, where React Flow has no nodes and one canvas draws them. */

import { useStore, useStoreApi } from '@xyflow/react'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { moved } from './motion'
import type { FlowLink, FlowNode } from './nodes'
import { moreOf, viewOf } from './slices'

export const FAR = 0.4

const NONE: ReadonlySet<string> = new Set()
const NO_NODES: FlowNode[] = []
const NO_LINKS: FlowLink[] = []

export interface Seen {
  readonly far: boolean
  /** Whether the painted picture covers the canvas: from far, and until the cards below it are drawn. */
  readonly painted: boolean
  /** What React Flow draws. */
  readonly nodes: FlowNode[]
  readonly links: FlowLink[]
}

/**
 * Follow the view. React Flow learns of its new nodes only after it has drawn: a leap away from near cards
 * would draw every card of the level once. So they are taken from it as soon as the view changes.
 */
export function useFar(nodes: FlowNode[], links: FlowLink[], frame: RefObject<HTMLElement | null>): Seen {
  const flow = useStoreApi<FlowNode, FlowLink>()
  const far = useStore((now) => now.transform[2] < FAR)
  /** Names of the cards that are drawn, while not all in view are. */
  const [drawn, setDrawn] = useState<ReadonlySet<string> | null>(far ? NONE : null)
  const near = useRef(nodes)
  useEffect(() => {
    near.current = nodes
  }, [nodes])
  useLayoutEffect(
    () =>
      flow.subscribe((now, before) => {
        if (now.transform === before.transform) return
        moved(frame.current)
        const [is, was] = [now.transform[2] < FAR, before.transform[2] < FAR]
        if (is === was) return
        now.setNodes(NO_NODES)
        now.setEdges(NO_LINKS)
        setDrawn(NONE)
      }),
    [flow, frame],
  )
  useEffect(() => {
    if (far || drawn === null) return
    const request = requestAnimationFrame(() => {
      const { transform, width, height } = flow.getState()
      setDrawn(moreOf(near.current, drawn, viewOf(transform, width, height)))
    })
    return () => cancelAnimationFrame(request)
  }, [flow, far, drawn])
  const shown = useMemo(() => partOf(nodes, links, far ? NONE : drawn), [nodes, links, far, drawn])
  return { far, painted: far || drawn !== null, ...shown }
}

/** The cards that are drawn, and the links between them. */
function partOf(nodes: FlowNode[], links: FlowLink[], drawn: ReadonlySet<string> | null): Pick<Seen, 'nodes' | 'links'> {
  if (drawn === null) return { nodes, links }
  if (drawn.size === 0) return { nodes: NO_NODES, links: NO_LINKS }
  return {
    nodes: nodes.filter(({ id }) => drawn.has(id)),
    links: links.filter(({ source, target }) => drawn.has(source) && drawn.has(target)),
  }
}
