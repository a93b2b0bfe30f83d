import { NodeResizer, type NodeProps } from '@xyflow/react'
import { memo, useState } from 'react'
import { t } from '../i18n/t'
import { editHere } from '../stores/graphs'
import { GROUP } from '../graph/level'
import type { BoxNode } from './nodes'
import './boxes.css'

/** A frame around instances, which moves with them. */
export const GroupBox = memo(function GroupBox({ id, data, selected }: NodeProps<BoxNode>) {
  const [draft, setDraft] = useState<string | null>(null)
  const group = id.slice(GROUP.length)
  const write = (value: Record<string, unknown>) =>
    void editHere((at) => [
      { op: 'group', at, id: group, value: { title: data.text, colour: data.colour, at: data.at, size: data.size, ...value } },
    ] as never)
  const commit = () => {
    if (draft !== null && draft !== data.text) write({ title: draft })
    setDraft(null)
  }
  return (
    <div className="group-box" data-group={group} style={{ '--tint': data.colour || 'var(--border-strong)' } as never}>
      <NodeResizer
        isVisible={selected}
        minWidth={160}
        minHeight={100}
        onResizeEnd={(_, box) => write({ at: [box.x, box.y], size: [box.width, box.height] })}
      />
      <input
        className="group-box__title nodrag"
        aria-label={t('canvas.groupTitle')}
        value={draft ?? data.text}
        placeholder={t('canvas.group')}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
          if (event.key === 'Escape') setDraft(null)
        }}
      />
    </div>
  )
})
