import { LOOP } from '../../graph/ports'
import { t } from '../../i18n/t'
import { MiniGraph } from '../../panels/Templates/MiniGraph'
import { enterLevel } from '../../stores/graphs'
import { BODY_MARGIN } from '../cards'
import { useKeyed } from '../../stores/keyed'
import { nodeKey, nodeRuns } from '../../stores/runs'
import type { CardData } from '../nodes'
import { turnsText } from './turning'

/** The graph inside of a subgraph or loop, in small; a double click goes inside. */
export function Body({ data, session, path }: { readonly data: CardData; readonly session: string; readonly path: string }) {
  const { instance } = data
  const run = useKeyed(nodeRuns, nodeKey(session, path))
  return (
    <div
      className="card__body"
      style={{ height: data.body, top: data.size.least - data.preview - data.body - BODY_MARGIN }}
      title={t('canvas.enter')}
      onDoubleClick={(event) => {
        event.stopPropagation()
        enterLevel(session, path)
      }}
    >
      {instance.graph && <MiniGraph graph={instance.graph} />}
      {instance.type === LOOP && <span className="card__turns">↻ {turnsText(instance, run)}</span>}
    </div>
  )
}
