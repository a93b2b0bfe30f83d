import { t } from '../i18n/t'
import { shortNumber } from './summary'
import './histogram.css'

interface HistogramProps {
  /** Of equally wide ranges from `min` to `max`. */
  readonly counts: readonly number[]
  readonly min: number
  readonly max: number
  readonly title: string
}

/** How often the numbers of a value lie where. */
export function Histogram({ counts, min, max, title }: HistogramProps) {
  const most = counts.reduce((top, count) => Math.max(top, count), 0)
  const peak = counts.indexOf(most)
  const middle = min + ((peak + 0.5) / Math.max(1, counts.length)) * (max - min)
  const told = most === 0 ? t('views.noNumbers') : t('views.histogramPeak', { title, value: shortNumber(middle) })
  return (
    <figure className="histogram">
      <svg className="histogram__svg" viewBox={`0 0 ${counts.length} 40`} preserveAspectRatio="none" role="img" aria-label={told}>
        {counts.map((count, i) => {
          const height = most === 0 ? 0 : (count / most) * 40
          return <rect key={i} x={i + 0.05} y={40 - height} width={0.9} height={height} />
        })}
      </svg>
      <figcaption className="histogram__ends">
        <span>{shortNumber(min)}</span>
        <span>{shortNumber(max)}</span>
      </figcaption>
    </figure>
  )
}
