import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { t } from '../../i18n/t'
import type { InputPortRecord, OutputPortRecord } from '../../protocol'
import { IconButton } from '../../shell/Button'
import { PortDot } from '../Library/PortType'
import './named-port.css'

interface NamedPortProps {
  readonly name: string
  readonly title: string
  readonly port: InputPortRecord | OutputPortRecord | null
  readonly first: boolean
  readonly last: boolean
  readonly readOnly: boolean
  readonly onMove: (by: number) => void
  readonly onRemove: () => void
  readonly removeLabel: string
  /** What is shown when it is unfolded. */
  readonly children: ReactNode
}

/** A row of a graph's inputs or outputs: moved up and down, taken away, or unfolded to be changed. */
export function NamedPort(props: NamedPortProps) {
  const { name, title, port, first, last, readOnly, onMove, onRemove, removeLabel, children } = props
  const [open, setOpen] = useState(false)
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className="named-port">
      <div className="named-port__row">
        <button type="button" className="named-port__toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={14} aria-hidden />
          {port && <PortDot port={port} />}
          <span className="named-port__title">{title}</span>
          {name !== title && <span className="named-port__name">{name}</span>}
        </button>
        {!readOnly && (
          <span className="named-port__tools">
            <IconButton icon={ArrowUp} size="small" label={t('left.moveUp', { name: title })} disabled={first} onClick={() => onMove(-1)} />
            <IconButton icon={ArrowDown} size="small" label={t('left.moveDown', { name: title })} disabled={last} onClick={() => onMove(1)} />
            <IconButton icon={X} size="small" label={removeLabel} onClick={onRemove} />
          </span>
        )}
      </div>
      {open && <div className="named-port__body">{children}</div>}
    </li>
  )
}
