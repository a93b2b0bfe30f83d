import { t } from '../../../i18n/t'
import { linePath, readSeries, scaleOf } from '../../../views/plot'
import { plainOf } from '../../../views/recorded'
import { shortNumber } from '../../../views/summary'
import { useGlimpse, type Stored } from './glimpse'
import { ShortList } from './ShortList'

const [WIDTH, HEIGHT] = [200, 100]

/** Numbers in a row as a line, with the highest and the lowest at its side. */
export function ShortPlot({ stored, title }: { readonly stored: Stored; readonly title: string }) {
  const glimpse = useGlimpse(stored)
  if (!glimpse) return null
  const samples = readSeries(plainOf(glimpse.summary))
  if (samples.length < 2) return <ShortList stored={stored} />
  const values = samples.map((sample) => sample.y)
  const [x, y] = [scaleOf(samples.map((sample) => sample.x), 0, WIDTH), scaleOf(values, HEIGHT, 0)]
  const [low, high, last] = [Math.min(...values), Math.max(...values), values.at(-1) ?? 0].map(shortNumber)
  const told = t('canvas.plot', { title, n: glimpse.summary.count, low: low ?? '', high: high ?? '', last: last ?? '' })
  return (
    <div className="card-plot" role="img" aria-label={told} title={told}>
      <span className="card-plot__ends" aria-hidden>
        <span>{high}</span>
        <span>{low}</span>
      </span>
      <svg className="card-plot__line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <path d={linePath(samples, x, y)} />
      </svg>
    </div>
  )
}
