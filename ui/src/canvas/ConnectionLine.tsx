import type { ConnectionLineComponentProps } from '@xyflow/react'
import { useEffect, useState } from 'react'
import { usePreferences } from '../stores/preferences'
import { useConnecting } from './connecting'
import { pathOf } from './linkPath'
import type { FlowNode } from './nodes'
import { refusalOf } from './lateConnect'
import { portAt } from './places'

/** The link that is drawn, and why the port under it does not take it. */
export function ConnectionLine(props: ConnectionLineComponentProps<FlowNode>) {
  const style = usePreferences((now) => now.linkStyle)
  const kind = useConnecting((now) => now.kind)
  const { fromX, fromY, toX, toY, fromPosition, toPosition, connectionStatus, toHandle } = props
  const refused = connectionStatus === 'invalid' && toHandle !== null
  const path = pathOf(style, { sourceX: fromX, sourceY: fromY, targetX: toX, targetY: toY, sourcePosition: fromPosition, targetPosition: toPosition })
  return (
    <g>
      <path className={`connection link--${kind} ${refused ? 'connection--refused' : ''}`} d={path} fill="none" />
      {refused && <Why x={toX} y={toY} on={portAt({ node: toHandle.nodeId, handle: toHandle.id ?? '' })} side={toHandle.type === 'source' ? 'out' : 'in'} />}
    </g>
  )
}

interface WhyProps {
  readonly x: number
  readonly y: number
  readonly on: { readonly name: string; readonly port: string }
  readonly side: 'in' | 'out'
}

function Why({ x, y, on, side }: WhyProps) {
  const from = useConnecting((now) => now.from)
  const [said, setSaid] = useState('')
  const { name, port } = on
  useEffect(() => {
    if (from && !(name === from.name && port === from.port)) void refusalOf(from, { name, port }, side).then(setSaid)
  }, [from, name, port, side])
  if (!said) return null
  return (
    <foreignObject className="connection__why-frame" x={x + 14} y={y + 10} width={320} height={60}>
      <div className="connection__why">{said}</div>
    </foreignObject>
  )
}
