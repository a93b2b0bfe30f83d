/** Drawing links and moving their ends: which ports take one, why another does not, and where it goes. */

import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react'
import { useMemo } from 'react'
import { commonSources, landing } from '../graph/landing'
import { Linking } from '../graph/linkable'
import { textOf, type PortRef } from '../graph/links'
import type { Known } from '../graph/ports'
import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import type { Graph } from '../protocol'
import { notify } from '../stores/notices'
import { connect, moveEnd, unlinkView } from './actions'
import { useConnecting } from './connecting'
import type { FlowLink } from './nodes'
import { toGraph } from './view'

export function useConnect(level: Graph, known: Known) {
  return useMemo(
    () => ({
      onReconnectStart: (_: unknown, { data }: FlowLink) => {
        const { moved } = useConnecting.getState()
        if (data && !moved.some(({ id }) => id === data.link.id)) useConnecting.setState({ moved: [data.link] })
      },
      onConnectStart: (_: unknown, params: OnConnectStartParams) => begin(level, known, params),
      onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => end(level, known, event, state),
      onConnect: (one: Connection) => join(sideless(one)),
      onReconnect: (_: FlowLink, one: Connection) => join(sideless(one)),
      isValidConnection,
    }),
    [level, known],
  )
}

type Ends = readonly [from: PortRef, to: PortRef]

function begin(level: Graph, known: Known, { nodeId, handleId, handleType }: OnConnectStartParams): void {
  if (!nodeId || !handleId) return
  const from = { name: nodeId, port: handleId, side: handleType === 'source' ? ('out' as const) : ('in' as const) }
  const { moved } = useConnecting.getState()
  const linking = new Linking(level, known)
  const sources = () => (moved.length > 1 ? commonSources(level, moved, known) : linking.sourcesOf(from))
  useConnecting.setState({ from, valid: from.side === 'out' ? linking.targetsOf(from) : sources() })
}

/** A link that was let go beside a handle goes to the card under it, else a node is added that takes it. */
function end(level: Graph, known: Known, event: MouseEvent | TouchEvent, { toHandle, isValid }: FinalConnectionState): void {
  const drawn = useConnecting.getState()
  // React Flow tells of a link that was made before this, so that nothing else asks what was moved.
  useConnecting.setState({ from: null, valid: null, moved: [] })
  const { from, moved } = drawn
  if (!from || !('clientX' in event)) return
  const { clientX: x, clientY: y } = event
  if (toHandle) {
    const on = { name: toHandle.nodeId, port: toHandle.id ?? '' }
    if (isValid === false) warn(refusal(level, known, from, on, toHandle.type === 'source' ? 'out' : 'in'))
    return
  }
  const on = portUnder(x, y, from.side)
  if (on) landOn(level, known, drawn, on)
  else if (moved.length === 0) openAddNode({ position: toGraph(x, y), from })
  else if (moved.length === 1) void unlinkView(moved[0])
}

const warn = (text: string) => void notify({ kind: 'warn', text })

/** Link to the row of a port, or on the rest of a card to the port that takes the link. */
function landOn(level: Graph, known: Known, { from, valid, moved }: ReturnType<typeof useConnecting.getState>, on: PortRef): void {
  if (!from || !valid || on.name === from.name) return
  const side = from.side === 'out' ? 'in' : 'out'
  if (on.port && !valid.has(textOf(on))) return warn(refusal(level, known, from, on, side))
  const to = on.port ? on : landing(level, on.name, side, valid, known)
  if (to) join(from.side === 'out' ? [from, to] : [to, from], moved)
  else warn(t('canvas.noPortTakes', { name: on.name }))
}

function join(ends: Ends, moved = useConnecting.getState().moved): void {
  void (moved.length > 0 ? moveEnd(moved, ...ends) : connect(...ends))
}

const sideless = (one: Connection): Ends => [
  { name: one.source, port: one.sourceHandle ?? '' },
  { name: one.target, port: one.targetHandle ?? '' },
]

/** The card under a point of the page, with the port of its row if that is on the other side of the link. */
function portUnder(x: number, y: number, from: 'in' | 'out'): PortRef | null {
  const under = document.elementFromPoint(x, y)
  const name = under?.closest<HTMLElement>('[data-node]')?.dataset['node']
  if (name === undefined) return null
  const row = under?.closest<HTMLElement>('.row[data-port]')
  return { name, port: row && row.dataset['side'] !== from ? (row.dataset['port'] ?? '') : '' }
}

function isValidConnection(one: Connection | FlowLink): boolean {
  const { from, valid } = useConnecting.getState()
  if (!valid || !from) return true
  const [name, port] = from.side === 'out' ? [one.target, one.targetHandle] : [one.source, one.sourceHandle]
  return valid.has(`${name}.${port ?? ''}`)
}

/** Why a port does not take the link that is drawn. */
export function refusal(level: Graph, known: Known, from: PortRef & { side: 'in' | 'out' }, on: PortRef, side: 'in' | 'out'): string {
  if (side === from.side) return t(side === 'in' ? 'canvas.bothInputs' : 'canvas.bothOutputs')
  const [source, target] = from.side === 'out' ? [from, on] : [on, from]
  const verdict = new Linking(level, known).check(source, target)
  if (verdict.ok) return t('canvas.notAll')
  if (verdict.code === 'type') return t('canvas.misfit', { source: verdict.source, target: verdict.target })
  return verdict.code === 'circle' ? t('canvas.circle') : verdict.reason
}
