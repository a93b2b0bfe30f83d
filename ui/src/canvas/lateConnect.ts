/** What the canvas does while a link is drawn, whose code is fetched once the graph is shown. */

import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react'
import { parent, within } from '../graph/level'
import { textOf } from '../graph/links'
import { shown } from '../shell/shown'
import { useConnecting } from './connecting'
import type { FlowLink } from './nodes'
import { sourceOf, targetOf } from './places'

type Code = typeof import('./connect')

const code = shown.then(() => import('./connect'))
code.catch(() => undefined) // no link can be drawn without it; a reload brings it

export const connecting = {
  onReconnectStart: (_: unknown, { id, data }: FlowLink) => {
    const { inside, moved } = useConnecting.getState()
    if (data && !moved.some((one) => within(inside, one.id) === id)) useConnecting.setState({ inside: parent(id), moved: [data.link] })
  },
  onConnectStart: (_: unknown, params: OnConnectStartParams) => void code.then((own) => own.begin(params)),
  onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void code.then((own) => own.end(event, state)),
  onConnect: (one: Connection) => void code.then((own) => own.join(own.endsOf(one))),
  onReconnect: (_: FlowLink, one: Connection) => void code.then((own) => own.join(own.endsOf(one))),
  isValidConnection,
}

function isValidConnection(one: Connection | FlowLink): boolean {
  const { from, valid } = useConnecting.getState()
  if (!valid || !from) return true
  return valid.has(textOf(from.side === 'out' ? targetOf(one) : sourceOf(one)))
}

/** Why a port does not take the link that is drawn. */
export async function refusalOf(...args: Parameters<Code['refusal']>): Promise<string> {
  return (await code).refusal(...args)
}
