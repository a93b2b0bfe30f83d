import { t } from '../../../i18n/t'
import { useKeyed } from '../../../stores/keyed'
import { livePictures, nodeKey } from '../../../stores/runs'
import { useLoopCurves } from '../../../stores/useLoopCurves'
import { curvesOf, isEmpty, STYLES, type Curve } from '../../../views/curves'
import { Swatch } from '../../../views/CurvesView'
import { linePath, scaleOf } from '../../../views/plot'
import { shortNumber } from '../../../views/summary'

const [WIDTH, HEIGHT] = [200, 100]

interface ShortCurvesProps {
  readonly session: string
  readonly path: string
  readonly title: string
}

/** What a loop collects while it turns, as lines, and the picture that it shows, if it shows one. */
export function ShortCurves({ session, path, title }: ShortCurvesProps) {
  const found = useLoopCurves(session, path)
  const live = useKeyed(livePictures, nodeKey(session, path))
  if (!found || isEmpty(found.curves)) {
    if (live) return <img className="card-live" src={live} alt={t('canvas.pictureOf', { name: title })} draggable={false} />
    return <span className="card__nothing">{t('canvas.noCurves')}</span>
  }
  const curves = curvesOf(found.curves).slice(0, STYLES)
  return (
    <div className="card-curves" data-former={found.former} title={found.former ? t('canvas.former') : undefined}>
      <Lines curves={curves} title={title} turns={found.curves.turns.at(-1) ?? 0} />
      <ul className="card-curves__legend" aria-hidden>
        {curves.map(({ name, style, samples }) => (
          <li key={name} title={name}>
            <Swatch style={style} />
            <span className="card-curves__name">{name}</span>
            <span className="card-curves__last">{shortNumber(samples.at(-1)?.y ?? NaN)}</span>
          </li>
        ))}
      </ul>
      {live && <img className="card-curves__picture" src={live} alt={t('canvas.pictureOf', { name: title })} draggable={false} />}
    </div>
  )
}

function Lines({ curves, title, turns }: { readonly curves: readonly Curve[]; readonly title: string; readonly turns: number }) {
  const values = curves.flatMap(({ samples }) => samples.map(({ y }) => y))
  const x = scaleOf(curves.flatMap(({ samples }) => samples.map((sample) => sample.x)), 0, WIDTH)
  const y = scaleOf(values, HEIGHT - 2, 2, { round: true })
  const told = curves.map(({ name, samples }) => `${name} ${shortNumber(samples.at(-1)?.y ?? NaN)}`).join(', ')
  return (
    <div className="card-curves__plot" role="img" aria-label={t('canvas.curves', { title, turns, told })}>
      <span className="card-plot__ends" aria-hidden>
        <span>{shortNumber(y.to)}</span>
        <span>{shortNumber(y.from)}</span>
      </span>
      <svg className="card-curves__lines" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        {curves.map(({ name, style, samples }) => (
          <path key={name} className={`curve curve--${style}`} d={linePath(samples, x, y)} />
        ))}
      </svg>
    </div>
  )
}
