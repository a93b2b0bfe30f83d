import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { added, frameOf, fromBox, moved, pathOf, removed, toBox, type Frame, type Point } from './curves'
import './curve.css'

const WIDTH = 240
const HEIGHT = 160
const GRID = [0.25, 0.5, 0.75]

export interface CurveEditorProps {
  /** Sorted by x, two at least. */
  readonly points: readonly Point[]
  readonly onChange: (points: readonly Point[]) => void
  readonly label: string
  readonly disabled?: boolean
  /** The part of the plane that is shown; by default the unit square, or as much as the points need. */
  readonly frame?: Frame
}

/**
 * A curve through points. Press on the plane for a new one, drag to move, Delete or a double click to remove.
 *
 * Each point is a stop of the Tab key and moves with the arrow keys; Insert puts a new one to its right.
 */
export function CurveEditor({ points, onChange, label, disabled = false, frame }: CurveEditorProps) {
  const [draft, setDraft] = useState<readonly Point[] | null>(null)
  const [at, setAt] = useState(0)
  const plane = useRef<SVGSVGElement>(null)
  const dragging = useRef(false)
  const shown = draft ?? points
  const box = frame ?? frameOf(points)

  const pointAt = (event: PointerEvent): Point => {
    const rect = plane.current?.getBoundingClientRect()
    if (!rect) return [0, 0]
    return fromBox([event.clientX - rect.left, event.clientY - rect.top], box, rect.width, rect.height)
  }
  const settle = () => {
    dragging.current = false
    if (draft) onChange(draft)
    setDraft(null)
  }
  const grab = (event: PointerEvent, index: number, start: readonly Point[]) => {
    if (disabled || event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    plane.current?.setPointerCapture(event.pointerId)
    dragging.current = true
    setAt(index)
    setDraft(start)
    plane.current?.querySelectorAll<SVGElement>('.curve__point')[index]?.focus()
  }
  const remove = (index: number) => {
    onChange(removed(points, index))
    setAt(Math.max(0, index - 1))
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const next = keyed(event, shown, index, box)
    if (next) setDraft(next)
    else if (event.key === 'Delete' || event.key === 'Backspace') remove(index)
    else if (event.key === 'Insert') onChange(beside(points, index, box))
    else if (event.key === 'Escape' && draft) setDraft(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const current = shown[at]
  return (
    <div className="curve nodrag" role="group" aria-label={label} data-disabled={disabled || undefined}>
      <svg
        ref={plane}
        className="curve__plane"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        onPointerDown={(event) => {
          const next = added(points, pointAt(event))
          grab(event, next.at, next.points)
        }}
        onPointerMove={(event) => dragging.current && draft && setDraft(moved(draft, at, pointAt(event), box))}
        onPointerUp={settle}
        onPointerCancel={() => {
          dragging.current = false
          setDraft(null)
        }}
      >
        {GRID.map((part) => (
          <path
            key={part}
            className="curve__grid"
            d={`M0 ${HEIGHT * part}H${WIDTH}M${WIDTH * part} 0V${HEIGHT}`}
          />
        ))}
        <path className="curve__line" d={pathOf(shown, box, WIDTH, HEIGHT)} />
        {shown.map((point, i) => {
          const [left, top] = toBox(point, box, WIDTH, HEIGHT)
          const place = t('widgets.curvePoint', { place: String(i + 1), n: shown.length })
          return (
            <g
              key={i}
              className="curve__point"
              role="slider"
              tabIndex={disabled ? -1 : 0}
              aria-label={place}
              aria-valuenow={point[1]}
              aria-valuetext={said(point)}
              aria-valuemin={box.y[0]}
              aria-valuemax={box.y[1]}
              aria-disabled={disabled || undefined}
              onFocus={() => setAt(i)}
              onKeyDown={(event) => onKeyDown(event, i)}
              onKeyUp={settle}
              onBlur={() => !dragging.current && settle()}
              onPointerDown={(event) => grab(event, i, points)}
              onDoubleClick={() => remove(i)}
            >
              <circle className="curve__reach" cx={left} cy={top} r={12} />
              <circle className="curve__dot" cx={left} cy={top} r={5} />
            </g>
          )
        })}
      </svg>
      <p className="curve__foot">
        <span>{current ? said(current) : ''}</span>
        <span>{t('widgets.curveHint')}</span>
      </p>
    </div>
  )
}

function said([x, y]: Point): string {
  return t('widgets.curveAt', { x: x.toFixed(2), y: y.toFixed(2) })
}

function keyed(event: KeyboardEvent, points: readonly Point[], at: number, frame: Frame): Point[] | null {
  const ways: Record<string, Point> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  }
  const way = ways[event.key]
  const point = points[at]
  if (!way || !point) return null
  const pace = event.shiftKey ? 0.1 : 0.01
  const width = (frame.x[1] - frame.x[0]) * pace
  const height = (frame.y[1] - frame.y[0]) * pace
  return moved(points, at, [point[0] + way[0] * width, point[1] + way[1] * height], frame)
}

/** A new point half-way to the next one, or to the frame's edge. */
function beside(points: readonly Point[], at: number, frame: Frame): readonly Point[] {
  const here = points[at] ?? [0, 0]
  const next = points[at + 1] ?? [frame.x[1], here[1]]
  const middle: Point = [(here[0] + next[0]) / 2, (here[1] + next[1]) / 2]
  return here[0] === next[0] ? points : added(points, middle).points
}
