import { NodeResizer, type NodeProps } from '@xyflow/react'
import { memo, useState } from 'react'
import { t } from '../i18n/t'
import { editHere } from '../stores/graphs'
import { NOTE } from '../graph/level'
import type { BoxNode } from './nodes'
import './boxes.css'

/** A note on the canvas. */
export const NoteBox = memo(function NoteBox({ id, data, selected }: NodeProps<BoxNode>) {
  const [draft, setDraft] = useState<string | null>(null)
  const note = id.slice(NOTE.length)
  const write = (value: Record<string, unknown>) =>
    void editHere((at) => [
      { op: 'note', at, id: note, value: { text: data.text, colour: data.colour, at: data.at, size: data.size, ...value } },
    ] as never)
  const commit = () => {
    if (draft !== null && draft !== data.text) write({ text: draft })
    setDraft(null)
  }
  return (
    <div className="note-box" data-note={note} style={{ '--tint': data.colour || 'var(--warn)' } as never}>
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={60}
        onResizeEnd={(_, box) => write({ at: [box.x, box.y], size: [box.width, box.height] })}
      />
      <textarea
        className="note-box__text nodrag nowheel"
        aria-label={t('canvas.note')}
        placeholder={t('canvas.notePlaceholder')}
        value={draft ?? data.text}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </div>
  )
})
