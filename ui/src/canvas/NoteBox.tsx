import { NodeResizer, type NodeProps } from '@xyflow/react'
import { memo, type CSSProperties } from 'react'
import { t } from '../i18n/t'
import { changeBox } from './boxes'
import { BoxText } from './BoxText'
import type { BoxNode } from './nodes'
import './boxes.css'

/** A note on the canvas. */
export const NoteBox = memo(function NoteBox({ id, data, selected }: NodeProps<BoxNode>) {
  return (
    <div
      className="note-box"
      role="group"
      tabIndex={-1}
      aria-label={t('canvas.noteNamed', { text: data.text })}
      data-box={id}
      data-selected={selected}
      style={{ '--tint': data.colour || 'var(--warn)' } as CSSProperties}
    >
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={60}
        onResizeEnd={(_, box) => changeBox(id, { at: [box.x, box.y], size: [box.width, box.height] })}
      />
      <BoxText box={id} text={data.text} label={t('canvas.note')} placeholder={t('canvas.notePlaceholder')} className="note-box__text" lines />
    </div>
  )
})
