/** Drawing links: which ports take one, why another does not, and what is offered where it is let go. */

import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react'
import { useCallback } from 'react'
import { Linking } from '../graph/linkable'
import type { PortRef } from '../graph/links'
import type { Known } from '../graph/ports'
import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import type { Graph } from '../protocol'
import { notify } from '../stores/notices'
import { connect } from './actions'
import { useConnecting } from './connecting'
import type { FlowLink } from './nodes'
import { toGraph } from './view'

export function useConnect(level: Graph, known: Known) {
  const onConnectStart = useCallback(
    (_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      if (!nodeId || !handleId) return
      const from = { name: nodeId, port: handleId, side: handleType === 'source' ? ('out' as const) : ('in' as const) }
      const linking = new Linking(level, known)
      useConnecting.setState({ from, valid: from.side === 'out' ? linking.targetsOf(from) : linking.sourcesOf(from) })
    },
    [level, known],
  )
  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, { toHandle, isValid }: FinalConnectionState) => {
      const { from } = useConnecting.getState()
      useConnecting.setState({ from: null, valid: null })
      if (!from || !('clientX' in event)) return
      if (!toHandle) openAddNode({ position: toGraph(event.clientX, event.clientY), from })
      else if (isValid === false) {
        const other = { name: toHandle.nodeId, port: toHandle.id ?? '' }
        sayWhy(new Linking(level, known), from.side === 'out' ? [from, other] : [other, from])
      }
    },
    [level, known],
  )
  return { onConnectStart, onConnectEnd, onConnect, isValidConnection }
}

function onConnect(one: Connection): void {
  void connect({ name: one.source, port: one.sourceHandle ?? '' }, { name: one.target, port: one.targetHandle ?? '' })
}

function isValidConnection(one: Connection | FlowLink): boolean {
  const { from, valid } = useConnecting.getState()
  if (!valid || !from) return true
  const [name, port] = from.side === 'out' ? [one.target, one.targetHandle] : [one.source, one.sourceHandle]
  return valid.has(`${name}.${port ?? ''}`)
}

function sayWhy(linking: Linking, [from, to]: [PortRef, PortRef]): void {
  const verdict = linking.check(from, to)
  if (!verdict.ok) notify({ kind: 'warn', text: verdict.code === 'circle' ? t('canvas.circle') : verdict.reason })
}
