/** Wiring without a pointer: asks which port a node's port is linked to. */

import { create } from 'zustand'
import { isDrawn } from '../../canvas/view'
import { parent, pathFrom } from '../../graph/level'
import { activeGraph, enterLevel, useGraphs } from '../../stores/graphs'
import type { LinkRequest } from './linkChoices'

export const useLinkTo = create<{ readonly request: LinkRequest | null }>(() => ({ request: null }))

/** Ask which port to link an instance to, or from. Its level is drawn, whose ports are then known. */
export function openLinkTo(path: string, side: LinkRequest['side'], port = ''): void {
  const graph = activeGraph()
  if (!graph) return
  if (!isDrawn(pathFrom(graph.at, parent(path)))) enterLevel(useGraphs.getState().active, parent(path))
  useLinkTo.setState({ request: { path, side, port } })
}

export function closeLinkTo(): void {
  useLinkTo.setState({ request: null })
}
