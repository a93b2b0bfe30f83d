import { at, ticks, type Scale } from './plot'
import { shortNumber } from './summary'
import './axes.css'

const MARGIN = 8

interface AxesProps {
  readonly x: Scale
  readonly y: Scale
  /** Pixels of the whole chart. */
  readonly width: number
  readonly height: number
}

/** Lines and numbers along the sides of a chart. */
export function Axes({ x, y, width, height }: AxesProps) {
  return (
    <g className="axes" aria-hidden>
      {ticks(y, Math.round(height / 45)).map((value) => (
        <g key={value}>
          <path d={`M${x.start} ${at(y, value)}H${width - MARGIN}`} />
          <text x={x.start - 6} y={at(y, value)} textAnchor="end" dominantBaseline="middle">{shortNumber(value)}</text>
        </g>
      ))}
      {ticks(x, Math.max(2, Math.round(width / 64))).map((value) => (
        <text key={value} x={at(x, value)} y={height - 3} textAnchor={anchorAt(x, value)}>{shortNumber(value)}</text>
      ))}
    </g>
  )
}

/** Texts at the ends stay within the chart. */
function anchorAt(x: Scale, value: number): 'start' | 'middle' | 'end' {
  const place = at(x, value)
  if (place - x.start < 12) return 'start'
  return x.end - place < 12 ? 'end' : 'middle'
}
