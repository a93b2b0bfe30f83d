import { shapeOf } from '../../graph/ports'
import { handleShape, typeKind } from '../../graph/types'
import type { InputPortRecord, OutputPortRecord } from '../../protocol'
import './port-type.css'

/** A handle as the canvas draws it: its colour and form say the type. */
export function PortDot({ port }: { readonly port: InputPortRecord | OutputPortRecord }) {
  const shape = shapeOf(port)
  return (
    <span
      className={`port-dot port-dot--${handleShape(shape)}`}
      style={{ color: `var(--type-${typeKind(shape)})` }}
      aria-hidden
    />
  )
}

interface PortTypeProps {
  readonly port: InputPortRecord | OutputPortRecord
  /** The type that it has where it is, if that is known. */
  readonly type?: string
}

/** The type of a port in its colour. */
export function PortType({ port, type = port.type }: PortTypeProps) {
  return (
    <span className="port-type">
      <PortDot port={port} />
      {type}
    </span>
  )
}
