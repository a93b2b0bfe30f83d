import { NodeResizer, type NodeProps } from '@xyflow/react'
import { memo, type CSSProperties } from 'react'
import { t } from '../i18n/t'
import { BoxText } from './BoxText'
import type { BoxNode } from './nodes'
import { isGroup } from './places'
import './boxes.css'

/** A frame around instances, which move with it; or a note. */
export const Box = memo(function Box({ id, data, selected }: NodeProps<BoxNode>) {
  const kind = isGroup(id) ? FRAME : NOTE
  return (
    <div
      className={kind.name}
      role="group"
      tabIndex={-1}
      aria-label={kind.named(data.text)}
      data-box={id}
      data-selected={selected}
      style={{ '--tint': data.colour || kind.tint } as CSSProperties}
    >
      <NodeResizer
        isVisible={selected}
        minWidth={kind.width}
        minHeight={kind.height}
      />
      <BoxText box={id} text={data.text} {...kind.text()} />
    </div>
  )
})

const FRAME = {
  name: 'group-box',
  tint: 'var(--border-strong)',
  width: 160,
  height: 100,
  named: (name: string) => t('canvas.groupNamed', { name }),
  text: () => ({ className: 'group-box__title', label: t('canvas.groupTitle'), placeholder: t('canvas.group') }),
}

const NOTE = {
  name: 'note-box',
  tint: 'var(--warn)',
  width: 120,
  height: 60,
  named: (text: string) => t('canvas.noteNamed', { text }),
  text: () => ({ className: 'note-box__text', label: t('canvas.note'), placeholder: t('canvas.notePlaceholder'), lines: true }),
}
