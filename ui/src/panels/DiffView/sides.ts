/** Graphs that can be compared: an open one, the graph of a run, a version, a file. */

import { get } from '../../api/http'
import { formatTime, t } from '../../i18n/t'
import type { Graph, RunRecord, VersionRecord } from '../../protocol'
import { openGraph } from '../../stores/graphs'
import { runGraph } from '../History/actions'
import { mainText } from '../History/words'

export type Side =
  | { kind: 'open'; session: string }
  | { kind: 'run'; run: RunRecord }
  | { kind: 'version'; version: VersionRecord }
  | { kind: 'file'; name: string }

/** Tells a side from all others. */
export function sideKey(side: Side): string {
  if (side.kind === 'open') return `open:${side.session}`
  if (side.kind === 'run') return `run:${side.run.id}`
  return side.kind === 'version' ? `version:${side.version.id}` : `file:${side.name}`
}

/** What a side is called. */
export function sideTitle(side: Side): string {
  if (side.kind === 'open') {
    return t('panels.sideNow', { title: openGraph(side.session)?.record.title || t('panels.untitled') })
  }
  if (side.kind === 'run') {
    const what = mainText(side.run) || side.run.title
    return t('panels.sideRun', { time: formatTime(side.run.created * 1000), what })
  }
  return side.kind === 'version' ? t('panels.sideVersion', { name: side.version.name }) : side.name
}

/** The graph of a side. */
export async function graphOf(side: Side): Promise<Graph> {
  switch (side.kind) {
    case 'open': {
      const open = openGraph(side.session)
      if (!open) throw new Error(t('panels.sideClosed'))
      return open.graph
    }
    case 'run':
      return runGraph(side.run.id)
    case 'version':
      return get<Graph>(`sessions/${side.version.session}/versions/${side.version.id}`)
    case 'file':
      return get<Graph>(`graphs/${side.name.split('/').map(encodeURIComponent).join('/')}`)
  }
}
