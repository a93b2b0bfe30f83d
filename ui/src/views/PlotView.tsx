import { useId, useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import type { JsonValue } from '../protocol'
import { Axes } from './Axes'
import { at, linePath, readSeries, scaleOf, thinned, type Sample, type Scale } from './plot'
import { shortNumber } from './summary'
import { useWidth } from './useWidth'
import { Told } from './Told'
import './plot-view.css'

interface PlotProps {
  readonly value: JsonValue
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
}

/** Pixels; the width is the one there is. */
const boxes = {
  card: { usual: 240, height: 120, left: 36, bottom: 18 },
  panel: { usual: 320, height: 200, left: 48, bottom: 20 },
  full: { usual: 960, height: 420, left: 52, bottom: 22 },
} as const
const MARGIN = 8

/** Numbers over their places, or points by x and y, as a line. The arrow keys read it out point by point. */
export function PlotView({ value, size, title }: PlotProps) {
  const samples = useMemo(() => readSeries(value), [value])
  const [log, setLog] = useState(false)
  const canLog = samples.length > 0 && samples.every((sample) => sample.y > 0)
  if (samples.length === 0) return <Told text={t('views.noNumbers')} />
  return (
    <figure className="plot-view">
      <Chart samples={samples} size={size} title={title} log={log && canLog} />
      {size !== 'card' && canLog && (
        <figcaption className="plot-view__foot">
          <label className="plot-view__log">
            <input type="checkbox" checked={log} onChange={(event) => setLog(event.target.checked)} />
            {t('views.logScale')}
          </label>
        </figcaption>
      )}
    </figure>
  )
}

interface ChartProps {
  readonly samples: readonly Sample[]
  readonly size: PlotProps['size']
  readonly title: string
  readonly log: boolean
}

function Chart({ samples, size, title, log }: ChartProps) {
  const { usual, height, left, bottom } = boxes[size]
  const [chart, width] = useWidth(usual)
  const told = useId()
  const [cursor, setCursor] = useState<number | null>(null)
  const x = scaleOf(samples.map((sample) => sample.x), left, width - MARGIN)
  const y = scaleOf(samples.map((sample) => sample.y), height - bottom, MARGIN, { log, round: true })
  const path = useMemo(() => linePath(thinned(samples, width), x, y), [samples, width, x, y])
  const last = samples.length - 1
  const onKeyDown = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 10 : 1
    const here = cursor ?? 0
    const ways: Record<string, number> = {
      ArrowLeft: Math.max(0, here - far), ArrowRight: Math.min(last, cursor === null ? 0 : here + far), Home: 0, End: last,
    }
    const to = ways[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setCursor(to)
  }
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const rect = event.currentTarget.getBoundingClientRect()
    setCursor(nearestTo(samples, x, ((event.clientX - rect.left) / rect.width) * width))
  }
  const sample = cursor === null ? undefined : samples[cursor]
  const reading = sample ? t('views.plotPoint', { x: shortNumber(sample.x), y: shortNumber(sample.y) }) : ''
  return (
    <div ref={chart} className="plot-view__chart">
      <svg
        className="plot-view__svg"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        tabIndex={0}
        aria-label={t('views.plotOf', { title, n: samples.length })}
        aria-describedby={told}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setCursor(null)}
        onBlur={() => setCursor(null)}
      >
        <Axes x={x} y={y} width={width} height={height} />
        <path className="plot-view__line" d={path} />
        {sample && (
          <g className="plot-view__cursor">
            <path d={`M${at(x, sample.x)} ${MARGIN}V${height - bottom}`} />
            <circle cx={at(x, sample.x)} cy={at(y, sample.y)} r={3.5} />
          </g>
        )}
      </svg>
      <p id={told} className="plot-view__reading" aria-live="polite">{reading}</p>
    </div>
  )
}

function nearestTo(samples: readonly Sample[], x: Scale, place: number): number {
  const apart = (sample: Sample) => Math.abs(at(x, sample.x) - place)
  return samples.reduce((best, sample, i) => (apart(sample) < apart(samples[best] ?? sample) ? i : best), 0)
}
