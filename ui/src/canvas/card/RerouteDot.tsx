import { Handle, Position, type NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { shapeOf } from '../../graph/ports'
import { typeKind } from '../../graph/types'
import { t } from '../../i18n/t'
import { useConnecting } from '../connecting'
import type { CardNode } from '../nodes'

/** A point that a link is led through. */
export const RerouteDot = memo(function RerouteDot({ data, selected }: NodeProps<CardNode>) {
  const output = data.face.outputs['out']
  const kind = data.kind ?? (output ? typeKind(shapeOf(output)) : 'other')
  const valid = useConnecting((now) => now.valid?.has(`${data.name}.value`) ?? false)
  return (
    <div
      className={`reroute port--${kind}${valid ? ' reroute--valid' : ''}`}
      role="group"
      tabIndex={-1}
      aria-label={t('canvas.reroute')}
      data-node={data.name}
      data-selected={selected}
    >
      <Handle id="value" type="target" position={Position.Left} className="reroute__handle nokey" aria-label="value" role="img" />
      <Handle id="out" type="source" position={Position.Right} className="reroute__handle nokey" aria-label="out" role="img" />
    </div>
  )
})
