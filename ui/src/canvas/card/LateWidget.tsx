import { startTransition, useEffect, useState, type ComponentType } from 'react'
import { PARAM_ROW, rowHeight } from '../../graph/geometry'
import { shown } from '../../shell/shown'
import type { WidgetProps } from '../../widgets/Widget'
import { inMotion } from '../motion'
import { inTurn } from './turns'
import './late-widget.css'

let Ready: ComponentType<WidgetProps> | null = null
const arrived = shown.then(() => import('../../widgets/Widget')).then(({ Widget }) => {
  Ready = Widget
})

/**
 * A port's widget on a card. At first it is the mere text: while the page is loaded, so that the graph is shown
 * before what edits it, and on cards that come into view while that moves, so that it doesn't halt.
 */
export function LateWidget(props: WidgetProps) {
  const [late, setLate] = useState(() => Ready === null || inMotion())
  useEffect(() => {
    if (!late) return
    let leave = () => undefined as unknown
    let wanted = true
    void arrived.then(() => {
      if (wanted) leave = inTurn(() => startTransition(() => setLate(false)))
    })
    return () => {
      wanted = false
      leave()
    }
  }, [late])
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
