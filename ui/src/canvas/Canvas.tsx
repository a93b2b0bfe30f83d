import { ReactFlowProvider } from '@xyflow/react'
import { t } from '../i18n/t'
import { useActive, useGraphs } from '../stores/graphs'
import { Board } from './Board'
import '@xyflow/react/dist/style.css'
import './canvas.css'

/** The graph that is shown, to look at and to edit. */
export default function Canvas() {
  const session = useGraphs((now) => now.active)
  const graph = useActive()
  return (
    <div className="canvas" data-testid="canvas">
      {graph ? (
        <ReactFlowProvider key={`${session}:${graph.at}`}>
          <Board session={session} open={graph} />
        </ReactFlowProvider>
      ) : (
        <div className="canvas__empty">
          <div>
            <h2>{t('canvas.nothingOpen')}</h2>
            <p>{t('canvas.nothingOpenHint')}</p>
          </div>
        </div>
      )}
    </div>
  )
}
