import { Handle, Position } from '@xyflow/react'
import { useState } from 'react'
import type { Row } from '../../graph/geometry'
import { children } from '../../graph/level'
import { shapeOf } from '../../graph/ports'
import { typedValue } from '../../graph/typed'
import { handleShape, typeKind, type Shape } from '../../graph/types'
import { t } from '../../i18n/t'
import type { InputPortRecord, JsonValue, OutputPortRecord, ProblemRecord } from '../../protocol'
import { inputPlace, portPlace, setSeedMode, useSeedMode } from '../../panels/RunButton/seedModes'
import { useGraphs } from '../../stores/graphs'
import { LateWidget } from './LateWidget'
import { act } from '../lateActions'
import { useConnecting } from '../connecting'
import type { CardData } from '../nodes'

interface RowProps {
  readonly row: Row
  readonly data: CardData
  readonly faults: readonly ProblemRecord[]
}

/** One port of a card, with what is typed into it. */
export function PortRow({ row, data, faults }: RowProps) {
  if (row.kind === 'out') return <OutputRow row={row} data={data} />
  const port = data.face.inputs[row.port]
  return port ? <InputRow row={row} data={data} port={port} fault={faults.find((one) => one.port === row.port)} /> : null
}

/** The type that a port has here; what finds it is fetched when it is asked for the first time. */
const typeOf = async (id: string, port: InputPortRecord | OutputPortRecord) => (await import('../typeHere')).typeHere(id, port)

function OutputRow({ row, data }: { readonly row: Row; readonly data: CardData }) {
  const [type, setType] = useState('')
  const port = data.face.outputs[row.port]
  if (!port) return null
  const given = data.gives.get(row.port)
  return (
    <div
      className="row row--out"
      style={{ height: row.height }}
      data-port={row.port}
      data-side="out"
      title={helpOf(port, type)}
      onPointerEnter={() => void typeOf(data.name, port).then(setType)}
    >
      <OwnHandle name={data.name} port={row.port} side="out" record={port} />
      <span className="row__label">
        {given && <span className="row__exposed" title={t('canvas.givenAs', { name: given })}>{given}</span>}
        {row.port}
      </span>
    </div>
  )
}

interface InputProps {
  readonly row: Row
  readonly data: CardData
  readonly port: InputPortRecord
  readonly fault: ProblemRecord | undefined
}

function InputRow({ row, data, port, fault }: InputProps) {
  const [type, setType] = useState('')
  return (
    <div
      className={`row row--${row.kind}${fault ? ' row--fault' : ''}`}
      style={{ height: row.height }}
      data-port={row.port}
      data-side="in"
      title={fault ? `${fault.expected}; ${fault.got}. ${fault.cure}` : helpOf(port, type)}
      onPointerEnter={() => void typeOf(data.name, port).then(setType)}
    >
      <OwnHandle name={data.name} port={row.port} side="in" record={port} />
      {row.kind === 'param' ? <Typed data={data} row={row} port={port} fault={fault} /> : <Label data={data} name={row.port} port={port} />}
    </div>
  )
}

interface TypedProps {
  readonly data: CardData
  readonly row: Row
  readonly port: InputPortRecord
  readonly fault: ProblemRecord | undefined
}

/** The widget of a port. What a graph input feeds is typed into that input, for all ports that it feeds. */
function Typed({ data, row, port, fault }: TypedProps) {
  const name = row.port
  const fed = data.fed.get(name)
  const session = useGraphs((now) => now.active)
  const at = useGraphs((now) => now.open[now.active]?.at ?? '')
  const place = fed ? inputPlace(fed.name) : portPlace(children(at, data.name), name)
  const seedMode = useSeedMode(session, place)
  const shown = { session, at }
  const write = fed
    ? { onChange: (value: JsonValue) => act('setInput', fed.name, value, shown), onReset: () => act('setInput', fed.name, port.schema['default'] ?? null, shown) }
    : { onChange: (value: JsonValue) => act('setParam', data.name, name, value, shown), onReset: () => act('unsetParam', data.name, name) }
  return (
    <div
      className={`row__widget nodrag${fed ? ' row__widget--fed' : ''}`}
      style={{ '--widget-row': `${row.height}px` }}
      title={fed ? t('canvas.fedBy', { name: fed.name }) : undefined}
    >
      <LateWidget
        compact
        name={name}
        label={fed ? fed.input.title || fed.name : name}
        port={port}
        value={fed ? fed.input.default : typedValue(data.instance, name)}
        problem={fault?.cure}
        seedMode={seedMode}
        onSeedMode={(mode) => setSeedMode(session, place, mode)}
        {...write}
      />
    </div>
  )
}

function Label({ data, name, port }: { readonly data: CardData; readonly name: string; readonly port: InputPortRecord }) {
  const fed = data.fed.get(name)
  return (
    <span className="row__label">
      {name}
      {port.required && !port.param && <span aria-hidden className="row__required">•</span>}
      {fed && <span className="row__exposed" title={t('canvas.fedBy', { name: fed.name })}>{fed.name}</span>}
    </span>
  )
}

/** What a port is for, and its type: the one that it has here is looked up once the pointer is there. */
const helpOf = (port: InputPortRecord | OutputPortRecord, here: string) =>
  [port.help, here || port.type].filter(Boolean).join('\n')

interface HandleProps {
  readonly name: string
  readonly port: string
  readonly side: 'in' | 'out'
  readonly shape: Shape
  /** What it is called for those who don't see it. */
  readonly label: string
  /** What the canvas calls it, where it is not the port's name. */
  readonly id?: string
}

export function PortHandle({ name, port, side, shape, label, id = port }: HandleProps) {
  const drawing = useConnecting((now) => now.from !== null && now.from.side !== side)
  const valid = useConnecting((now) => now.valid?.has(`${name}.${port}`) ?? false)
  const state = drawing ? (valid ? ' port--valid' : ' port--refused') : ''
  return (
    <Handle
      id={id}
      type={side === 'in' ? 'target' : 'source'}
      position={side === 'in' ? Position.Left : Position.Right}
      className={`port nokey port--${typeKind(shape)} port--${handleShape(shape)}${state}`}
      role="img"
      aria-label={label}
    />
  )
}

/** The handle of a port that a card has itself. */
function OwnHandle({ record, ...port }: Pick<HandleProps, 'name' | 'port' | 'side'> & { readonly record: InputPortRecord | OutputPortRecord }) {
  return <PortHandle {...port} shape={shapeOf(record)} label={`${port.port}, ${record.type}`} />
}

/** All handles of a folded card, one upon the other. */
export function Folded({ data }: { readonly data: CardData }) {
  return (
    <>
      {Object.entries(data.face.inputs).map(([port, record]) => (
        <OwnHandle key={`in.${port}`} name={data.name} port={port} side="in" record={record} />
      ))}
      {Object.entries(data.face.outputs).map(([port, record]) => (
        <OwnHandle key={`out.${port}`} name={data.name} port={port} side="out" record={record} />
      ))}
    </>
  )
}
