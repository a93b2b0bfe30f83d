import { useMemo } from 'react'
import { borderOf, takenInside, type FrameRow } from '../../graph/frame'
import { within } from '../../graph/level'
import { INPUTS, OUTPUTS } from '../../graph/links'
import { UNKNOWN, type Shape } from '../../graph/types'
import { t } from '../../i18n/t'
import type { ProblemRecord } from '../../protocol'
import type { CardData, FrameData } from '../nodes'
import { Preview } from './Preview'
import { PortHandle, PortRow } from './PortRow'
import './frame.css'

interface FrameProps {
  readonly data: CardData
  readonly frame: FrameData
  readonly session: string
  readonly path: string
  readonly faults: readonly ProblemRecord[]
}

/** The edges of a frame. What is inside of it are nodes of the canvas themselves, which lie over it. */
export function Frame({ data, frame, session, path, faults }: FrameProps) {
  const { left, right, widths } = frame.edges
  const border = useMemo(() => borderOf(data.instance, data.face), [data.instance, data.face])
  const row = { data, faults }
  return (
    <div className="unfolded__inside">
      <div className="unfolded__edge unfolded__edge--in" style={{ width: widths[0] }}>
        {left.map((one) => (
          <EdgeRow key={one.port} row={one} shape={border.inputs[one.port] ?? UNKNOWN} {...row} />
        ))}
      </div>
      {Object.keys(data.instance.graph?.nodes ?? {}).length === 0 && <p className="unfolded__empty">{t('canvas.frameEmpty')}</p>}
      <div className="unfolded__edge unfolded__edge--out" style={{ width: widths[1] }}>
        {right.map((one) => (
          <EdgeRow key={one.port} row={one} shape={takenInside(data.instance, data.face, one.port)} {...row} />
        ))}
        {data.preview > 0 && (
          <div className="unfolded__preview" style={{ height: data.preview }}>
            <Preview data={data} session={session} path={path} />
          </div>
        )}
      </div>
    </div>
  )
}

interface EdgeRowProps {
  readonly row: FrameRow
  readonly shape: Shape
  readonly data: CardData
  readonly faults: readonly ProblemRecord[]
}

/** A port on the edge of a frame: for outside, for inside, or for both. */
function EdgeRow({ row, shape, data, faults }: EdgeRowProps) {
  const out = row.kind === 'out'
  const own = out ? OUTPUTS : INPUTS
  const label = t(out ? 'canvas.takenInside' : 'canvas.givenInside', { name: row.port })
  return (
    <div className="unfolded__row">
      {row.outer ? (
        <PortRow row={row} data={data} faults={faults} />
      ) : (
        <div className={`row row--${row.kind}`} style={{ height: row.height }} data-port={row.port} data-side={out ? 'out' : 'in'} title={label}>
          <span className="row__label">{row.port}</span>
        </div>
      )}
      {row.inner && (
        <PortHandle
          name={within(data.name, own)}
          port={row.port}
          id={`${own}.${row.port}`}
          side={out ? 'in' : 'out'}
          shape={shape}
          label={label}
        />
      )}
    </div>
  )
}
