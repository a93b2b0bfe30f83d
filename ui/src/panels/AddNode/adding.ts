/** Adds what was chosen: an instance under a free name, linked to the port that a link was dropped from. */

import { editable } from '../../canvas/here'
import { addInstance, freeName, link } from '../../graph/operations'
import { entry, type Point } from '../../graph/level'
import type { Known } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { Graph, Instance, Operation } from '../../protocol'
import { announce } from '../../shell/announce'
import { edit } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { noteRecent } from '../../stores/preferences'
import { select } from '../../stores/selection'
import type { LinkFrom } from './store'

/** What is added, and which of its ports the link goes to. */
export interface Addition {
  readonly instance: Instance
  /** Whose last part is its name, numbered when that is taken. */
  readonly base: string
  readonly port?: string
}

/** Add a node of the catalogue and select it; gives its name, or null when it was refused. */
export async function addNode(type: string, position: Readonly<Point>): Promise<string | null> {
  const place = editable()
  const node = place?.known.catalogue.nodes.get(type)
  if (!place || !node) return readOnly()
  noteRecent(type)
  return add({ instance: { type, version: node.version }, base: type }, position)
}

/** Add an instance, linked to where a link was dropped from, and select it; gives its name, or null when it was refused. */
export async function add(addition: Addition, position: Readonly<Point>, from?: LinkFrom): Promise<string | null> {
  const place = editable()
  if (!place) return readOnly()
  const { name, operations } = additionOf(place.level, addition, position, place.known, place.at, from)
  if (!(await edit(place.session, operations))) return null
  select([name])
  announce(t('left.added', { name }))
  return name
}

/** The operations that add an instance and link it. */
export function additionOf(
  level: Graph,
  { instance, base, port }: Addition,
  position: Readonly<Point>,
  known: Known,
  at = '',
  from?: LinkFrom,
): { name: string; operations: Operation[] } {
  const name = freeName(level, base)
  const operations = [addInstance(name, instance, position, at)]
  if (from && port && entry(level.nodes, from.name)) {
    const own = { name, port }
    const other = { name: from.name, port: from.port }
    const after: Graph = { ...level, nodes: { ...level.nodes, [name]: instance } }
    const [source, target] = from.side === 'out' ? [other, own] : [own, other]
    operations.push(...link(after, source, target, known, at))
  }
  return { name, operations }
}

function readOnly(): null {
  notify({ kind: 'warn', text: t('left.cantAdd') })
  return null
}
