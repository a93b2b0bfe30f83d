import { ConnectionBanner } from '../shell/ConnectionBanner'
import { openPanel } from '../shell/layout'
import { ConnectionStatus, ProblemsStatus, type ConnectionState } from '../shell/StatusBar'
import { line, useConnection } from '../stores/connection'
import { useGraphs } from '../stores/graphs'
import { startAgain, useStarted } from './start'

/** How the line to the server is, in the shell's words. */
function useLine(): ConnectionState {
  const state = useConnection((now) => now.state)
  const ready = useStarted((now) => now.ready)
  if (state === 'open') return 'connected'
  return ready ? 'reconnecting' : 'connecting'
}

/** What is said while the server is away. */
export function Banner() {
  const state = useLine()
  const error = useStarted((now) => now.error)
  return <ConnectionBanner state={error ? 'offline' : state} onRetry={() => (error ? startAgain() : line.reconnect())} />
}

export function FactsStart() {
  const state = useLine()
  const reason = useConnection((now) => now.reason)
  return <ConnectionStatus state={state} detail={reason} />
}

export function FactsEnd() {
  const problems = useGraphs((now) => now.open[now.active]?.problems.length ?? 0)
  return <ProblemsStatus count={problems} onClick={() => openPanel('problems')} />
}
