import { useId, useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import type { CurvesRecord } from '../protocol'
import { Axes } from './Axes'
import { canBeLog, curvesOf, nearest, readAt, turnsOf, type Curve } from './curves'
import { at, linePath, scaleOf } from './plot'
import { shortNumber } from './summary'
import { useWidth } from './useWidth'
import './curves-view.css'

const BOX = { usual: 320, height: 208, left: 48, bottom: 20, margin: 8 } as const

interface CurvesViewProps {
  readonly curves: CurvesRecord
  readonly title: string
}

/** What a loop collects, turn by turn, as lines in one chart. The arrow keys read it out turn by turn. */
export function CurvesView({ curves, title }: CurvesViewProps) {
  const [smoothing, setSmoothing] = useState(0)
  const [wantsLog, setWantsLog] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const all = useMemo(() => curvesOf(curves, smoothing), [curves, smoothing])
  const shown = useMemo(() => all.filter(({ name }) => !hidden.has(name)), [all, hidden])
  const canLog = canBeLog(shown)
  const toggle = (name: string) => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    setHidden(next)
  }
  return (
    <figure className="curves-view">
      <Chart curves={shown} each={curves.each} title={title} log={wantsLog && canLog} />
      <figcaption className="curves-view__foot">
        <ul className="curves-view__legend" aria-label={t('views.series')}>
          {all.map((curve) => (
            <li key={curve.name}>
              <button type="button" className="curves-view__name" aria-pressed={!hidden.has(curve.name)} onClick={() => toggle(curve.name)}>
                <Swatch style={curve.style} />
                {curve.name}
                <span className="curves-view__last">{shortNumber(curve.samples.at(-1)?.y ?? NaN)}</span>
              </button>
            </li>
          ))}
        </ul>
        <div className="curves-view__ways">
          <label className="curves-view__way" data-off={!canLog}>
            <input type="checkbox" checked={wantsLog && canLog} disabled={!canLog} onChange={(event) => setWantsLog(event.target.checked)} />
            {t('views.logScale')}
          </label>
          <label className="curves-view__way">
            {t('views.smoothing')}
            <input type="range" min={0} max={0.98} step={0.02} value={smoothing} onChange={(event) => setSmoothing(Number(event.target.value))} />
          </label>
        </div>
      </figcaption>
    </figure>
  )
}

/** A piece of the line that a series is drawn as. */
export function Swatch({ style }: { readonly style: number }) {
  return (
    <svg className="curve-swatch" viewBox="0 0 18 4" width={18} height={4} aria-hidden>
      <path className={`curve curve--${style}`} d="M0 2H18" />
    </svg>
  )
}

interface ChartProps {
  readonly curves: readonly Curve[]
  readonly each: number
  readonly title: string
  readonly log: boolean
}

function Chart({ curves, each, title, log }: ChartProps) {
  const [chart, width] = useWidth(BOX.usual)
  const told = useId()
  const [cursor, setCursor] = useState<number | null>(null)
  const turns = useMemo(() => turnsOf(curves), [curves])
  const values = curves.flatMap(({ samples }) => samples.map(({ y }) => y))
  const x = scaleOf(turns, BOX.left, width - BOX.margin)
  const y = scaleOf(values, BOX.height - BOX.bottom, BOX.margin, { log, round: true })
  const turn = cursor === null ? undefined : nearest(turns, cursor)
  const onKeyDown = (event: KeyboardEvent) => {
    const to = turnAfter(turns, turn, event)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setCursor(to)
  }
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const rect = event.currentTarget.getBoundingClientRect()
    const part = (((event.clientX - rect.left) / rect.width) * width - x.start) / (x.end - x.start)
    setCursor(x.from + part * (x.to - x.from))
  }
  const read = turn === undefined ? [] : readAt(curves, turn)
  return (
    <div ref={chart} className="curves-view__chart">
      <svg
        className="curves-view__svg"
        viewBox={`0 0 ${width} ${BOX.height}`}
        width={width}
        height={BOX.height}
        role="img"
        tabIndex={0}
        aria-label={t('views.curvesOf', { title, n: curves.length, turns: turns.at(-1) ?? 0 })}
        aria-describedby={told}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setCursor(null)}
        onBlur={() => setCursor(null)}
      >
        <Axes x={x} y={y} width={width} height={BOX.height} />
        {curves.map(({ name, style, samples }) => (
          <path key={name} className={`curve curve--${style}`} d={linePath(samples, x, y)} />
        ))}
        {turn !== undefined && (
          <g className="curves-view__cursor">
            <path d={`M${at(x, turn)} ${BOX.margin}V${BOX.height - BOX.bottom}`} />
            {read.map((one) => (
              <circle key={one.name} className={`curve curve--${one.style}`} cx={at(x, turn)} cy={at(y, one.y)} r={3} />
            ))}
          </g>
        )}
      </svg>
      <p id={told} className="curves-view__reading" aria-live="polite" data-side={turn !== undefined && at(x, turn) > width / 2 ? 'left' : 'right'}>
        {turn !== undefined && <span>{partText(turn, each)}</span>}
        {read.map((one) => (
          <span key={one.name}>{`${one.name} ${shortNumber(one.y)}`}</span>
        ))}
      </p>
    </div>
  )
}

/** The turns that a point is the mean of. */
function partText(turn: number, each: number): string {
  const from = turn - ((turn - 1) % each)
  return from === turn ? t('views.turn', { turn }) : t('views.turns', { from, to: turn })
}

function turnAfter(turns: readonly number[], turn: number | undefined, { key, shiftKey }: KeyboardEvent): number | undefined {
  const far = shiftKey ? 10 : 1
  const last = turns.length - 1
  const here = turn === undefined ? -1 : turns.indexOf(turn)
  const places: Record<string, number> = {
    ArrowLeft: Math.max(0, here - far), ArrowRight: Math.min(last, here + (here < 0 ? 1 : far)), Home: 0, End: last,
  }
  const place = places[key]
  return place === undefined ? undefined : turns[place]
}
