/** The one line to the server, and how it is. */

import { create } from 'zustand'
import { Line, type LineState } from '../api/line'
import { preferences } from './preferences'

/** Undo is per client, so a page keeps its id when it is loaded again; another tab is another client. */
function ownClient(): string {
  const known = sessionStorage.getItem('knotwork.client')
  if (known) return known
  const fresh = crypto.randomUUID()
  sessionStorage.setItem('knotwork.client', fresh)
  return fresh
}

export const client = ownClient()

interface Connection {
  state: LineState
  reason: string
}

export const useConnection = create<Connection>(() => ({ state: 'connecting', reason: '' }))

export const line = new Line(
  client,
  () => preferences().name,
  (state, reason) => useConnection.setState({ state, reason }),
)
