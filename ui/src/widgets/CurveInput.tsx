import { Popover } from 'radix-ui'
import { t } from '../i18n/t'
import { held, type Control } from './control'
import { CurveEditor } from './CurveEditor'
import { frameOf, pathOf, sorted, type Point } from './curves'

const straight: readonly Point[] = [[0, 0], [1, 1]]

/** A curve as a port's value: in a form the editor itself, on a card a small picture that opens it. */
export function CurveInput(props: Control) {
  const { id, compact, disabled, label, aria, onChange } = props
  const now = held(props)
  const given = Array.isArray(now) ? (now as unknown as Point[]) : []
  const points = given.length < 2 ? straight : sorted(given)
  const editor = (
    <CurveEditor
      points={points}
      label={label}
      disabled={disabled}
      onChange={(next) => onChange(next.map(([x, y]) => [x, y]))}
    />
  )
  if (!compact) return editor
  return (
    <Popover.Root>
      <Popover.Trigger id={id} className="choice nodrag" disabled={disabled} {...aria}>
        <svg className="curve__thumb" viewBox="0 0 60 20" preserveAspectRatio="none" aria-hidden>
          <path d={pathOf(points, frameOf(points), 60, 20)} />
        </svg>
        <span className="choice__text">{t('widgets.curvePoints', { n: points.length })}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="list-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={label}>
          {editor}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
