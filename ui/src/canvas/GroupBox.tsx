import { NodeResizer, type NodeProps } from '@xyflow/react'
import { memo, type CSSProperties } from 'react'
import { t } from '../i18n/t'
import { changeBox } from './boxes'
import { BoxText } from './BoxText'
import type { BoxNode } from './nodes'
import './boxes.css'

/** A frame around instances, which move with it. */
export const GroupBox = memo(function GroupBox({ id, data, selected }: NodeProps<BoxNode>) {
  return (
    <div
      className="group-box"
      role="group"
      tabIndex={-1}
      aria-label={t('canvas.groupNamed', { name: data.text })}
      data-box={id}
      data-selected={selected}
      style={{ '--tint': data.colour || 'var(--border-strong)' } as CSSProperties}
    >
      <NodeResizer
        isVisible={selected}
        minWidth={160}
        minHeight={100}
        onResizeEnd={(_, box) => changeBox(id, { at: [box.x, box.y], size: [box.width, box.height] })}
      />
      <BoxText box={id} text={data.text} label={t('canvas.groupTitle')} placeholder={t('canvas.group')} className="group-box__title" />
    </div>
  )
})
