import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { t } from '../../i18n/t'
import type { InputPortRecord, Operation, OutputPortRecord } from '../../protocol'
import { IconButton } from '../../shell/Button'
import { PortDot } from '../Library/PortType'
import { TextField } from './TextField'
import type { Here } from './here'
import { portNameFault, renamePort } from './naming'
import { movedBy, type Side } from './order'
import './named-port.css'

interface NamedPortProps {
  readonly place: Here
  readonly side: Side
  readonly name: string
  readonly title: string
  /** What is said beside the title where it says something else. */
  readonly subtitle: string
  readonly port: InputPortRecord | OutputPortRecord | null
  readonly first: boolean
  readonly last: boolean
  readonly send: (operations: Operation[]) => unknown
  /** What takes it away. */
  readonly removal: Operation[]
  /** What is shown below its name when it is unfolded. */
  readonly children: ReactNode
}

/** A row of a graph's inputs or outputs: moved up and down, taken away, or unfolded to be renamed and changed. */
export function NamedPort(props: NamedPortProps) {
  const { place, side, name, title, subtitle, port, first, last, send, removal, children } = props
  const { level, at, readOnly } = place
  const move = (by: number) => send(movedBy(level, side, name, by, at))
  const [open, setOpen] = useState(false)
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className="named-port">
      <div className="named-port__row">
        <button type="button" className="named-port__toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={14} aria-hidden />
          {port && <PortDot port={port} />}
          <span className="named-port__title">{title}</span>
          {subtitle !== title && <span className="named-port__name">{subtitle}</span>}
        </button>
        {!readOnly && (
          <span className="named-port__tools">
            <IconButton icon={ArrowUp} size="small" label={t('left.moveUp', { name: title })} disabled={first} onClick={() => move(-1)} />
            <IconButton icon={ArrowDown} size="small" label={t('left.moveDown', { name: title })} disabled={last} onClick={() => move(1)} />
            <IconButton icon={X} size="small" label={t('left.unexpose', { name })} onClick={() => send(removal)} />
          </span>
        )}
      </div>
      {open && (
        <div className="named-port__body">
          <TextField
            label={t('left.name')}
            value={name}
            mono
            disabled={readOnly}
            check={(wanted) => portNameFault(level, side, wanted, name)}
            onCommit={(wanted) => send(renamePort(level, side, name, wanted, at))}
          />
          {children}
        </div>
      )}
    </li>
  )
}
