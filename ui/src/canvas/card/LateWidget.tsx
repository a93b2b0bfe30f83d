import type { ComponentType } from 'react'
import { PARAM_ROW, rowHeight } from '../../graph/geometry'
import { shown } from '../../shell/shown'
import type { WidgetProps } from '../../widgets/Widget'
import { useLate } from './turns'
import './late-widget.css'

let Ready: ComponentType<WidgetProps> | null = null
const arrived = shown
  .then(() => import('../../widgets/Widget'))
  .then(({ Widget }) => {
    Ready = Widget
  })
  .catch(() => undefined) // values are shown without it; a reload brings it
const isReady = () => Ready !== null

/**
 * A port's widget on a card. At first it is the mere text: while the page is loaded, so that the graph is shown
 * before what edits it, and on cards that come into view while that moves, so that it doesn't halt.
 */
export function LateWidget(props: WidgetProps) {
  const late = useLate(isReady, arrived)
  return late || !Ready ? <Still {...props} /> : <Ready {...props} />
}

function Still({ label, name, value, port }: WidgetProps) {
  const told = value ?? port.schema['default'] ?? ''
  const kind = rowHeight(port) > PARAM_ROW ? ' late-widget--text' : ''
  return (
    <div className={`late-widget${kind}`} data-name={name}>
      <span className="late-widget__label">{label}</span>
      <span className="late-widget__value">{typeof told === 'object' ? '' : String(told)}</span>
    </div>
  )
}
