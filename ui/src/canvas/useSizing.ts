/** Making nodes larger or smaller: how large one is while the pointer holds its edge, then one edit. */

import type { NodeChange } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { act } from './lateActions'
import { changeBox } from './boxes'
import type { FlowNode } from './nodes'
import { isBox } from './places'

export interface Size {
  readonly id: string
  readonly width: number
  readonly height: number
  /** Where its corner has gone to, of a frame or note that is drawn out to the left or upwards. */
  readonly position: { readonly x: number; readonly y: number } | undefined
}

export interface Sizing {
  /** The node whose edge is held, or whose edit is on its way. */
  readonly size: Size | null
  /** Take what changes tell of a size; whether they told anything. */
  take(changes: readonly NodeChange<FlowNode>[]): boolean
}

export function useSizing(base: readonly FlowNode[]): Sizing {
  const [held, setHeld] = useState<{ readonly size: Size; readonly base: readonly FlowNode[] } | null>(null)
  const last = useRef<Size | null>(null)
  const take = useCallback(
    (changes: readonly NodeChange<FlowNode>[]) => {
      const change = changes.find((one) => one.type === 'dimensions' && one.resizing !== undefined)
      if (change?.type !== 'dimensions') return false
      if (change.resizing && change.dimensions) {
        last.current = sizeOf(change.id, change.dimensions, changes, last.current)
        setHeld({ size: last.current, base })
      } else if (last.current) {
        keep(last.current)
        last.current = null
      }
      return true
    },
    [base],
  )
  const size = held?.base === base ? held.size : null // the edit has come: the node has its size
  return useMemo(() => ({ size, take }), [size, take])
}

/** A node as large as it is being made; its outputs stay at its edge. */
export function sized(node: FlowNode, { width, height, position }: Size): FlowNode {
  const wider = width - (node.width ?? 0)
  const handles = (node.handles ?? []).map((one) => (one.type === 'source' ? { ...one, x: one.x + wider } : one))
  return { ...node, width, height, handles, measured: { width, height }, ...(position ? { position } : {}) } as FlowNode
}

function sizeOf(
  id: string,
  { width, height }: { readonly width: number; readonly height: number },
  changes: readonly NodeChange<FlowNode>[],
  before: Size | null,
): Size {
  const moved = changes.find((one) => one.type === 'position' && one.id === id)
  const position = moved?.type === 'position' ? moved.position : before?.id === id ? before.position : undefined
  return { id, width, height, position }
}

function keep({ id, width, height, position }: Size): void {
  if (!isBox(id)) act('resizeCard', id, width, height)
  else changeBox(id, { size: [width, height], ...(position ? { at: [position.x, position.y] } : {}) })
}
