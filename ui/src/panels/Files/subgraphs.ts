/** Subgraphs that become files of their own, and files that become part of the graph that uses them. */

import { ask, get } from '../../api/http'
import { instanceAt, nameOf, parent, type Path } from '../../graph/level'
import { t } from '../../i18n/t'
import type { Graph, GraphRecord, Instance, JsonValue } from '../../protocol'
import { prompt } from '../../shell/ask'
import { activeGraph, edit, tell, type OpenGraph } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { useSelection } from '../../stores/selection'
import { checkName, withEnding } from './actions'
import { fileStem } from './export'

interface Chosen {
  readonly open: OpenGraph
  readonly path: Path
  readonly instance: Instance
}

/** The one instance that is selected, if it is one of the graph's own. */
function chosen(): Chosen | null {
  const open = activeGraph()
  const { names } = useSelection.getState()
  const [name = ''] = names
  const path = open?.at ? `${open.at}/${name}` : name
  const instance = open && names.length === 1 ? instanceAt(open.graph, path) : null
  return open && instance ? { open, path, instance } : null
}

/** Whether a subgraph is selected that is in the graph itself. A loop's body stays with its loop. */
export function isExtractable(): boolean {
  const instance = chosen()?.instance
  return Boolean(instance?.graph) && !instance?.type
}

/** Whether an instance is selected whose graph is in a file. */
export const isReference = () => Boolean(chosen()?.instance.ref)

/** Write the selected subgraph to a new file beside the graph's own, and use it from there. */
export async function takeOut(): Promise<void> {
  const one = chosen()
  if (!one?.instance.graph) return
  const { name: own } = one.open.record
  const folder = own.slice(0, own.lastIndexOf('/') + 1)
  const taken = new Set((await get<GraphRecord[]>('graphs').catch(() => [])).map((file) => file.name))
  const title = one.instance.title || nameOf(one.path)
  const name = await prompt({
    title: t('panels.takeOutTitle'),
    text: t('panels.takeOutText'),
    label: t('panels.fileName'),
    value: fileStem(title),
    action: t('panels.save'),
    check: (value) => checkName(folder + value.trim(), taken),
  })
  if (!name) return
  const file = withEnding(name.trim())
  try {
    await write(folder + file, { ...one.instance.graph, knotwork: 1, title: one.instance.graph.title || title })
    if (await setGraph(one, { graph: null, ref: file })) notify({ kind: 'good', text: t('panels.saved', { name: folder + file }) })
  } catch (error) {
    tell(error)
  }
}

/** Make the graph of the selected instance's file part of this graph. The file stays as it is. */
export async function takeIn(): Promise<void> {
  const one = chosen()
  if (!one?.instance.ref) return
  try {
    const found = await get<{ document: JsonValue } | null>(`sessions/${one.open.record.id}/reference`, { instance: one.path })
    if (!found) return
    if (await setGraph(one, { graph: found.document, ref: null })) notify({ kind: 'good', text: t('panels.takenIn', { name: one.instance.ref }) })
  } catch (error) {
    tell(error)
  }
}

const write = (name: string, graph: Graph) =>
  ask('PUT', `graphs/${name.split('/').map(encodeURIComponent).join('/')}`, { body: graph })

const setGraph = ({ open, path }: Chosen, fields: { graph: JsonValue; ref: string | null }) =>
  edit(open.record.id, [{ op: 'set_fields', at: parent(path), name: nameOf(path), fields }])
