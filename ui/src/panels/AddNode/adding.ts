/** Adds what was chosen: an instance under a free name, linked to the port that a link was dropped from. */

import { editable } from '../../canvas/here'
import type { Point } from '../../graph/level'
import { t } from '../../i18n/t'
import { announce } from '../../shell/announce'
import { edit } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { noteRecent } from '../../stores/preferences'
import { select } from '../../stores/selection'
import { additionOf, freePlace, type Addition } from './addition'
import { intoLink } from './onto'
import type { LinkFrom } from './store'

/** Add a node of the catalogue and select it; gives its name, or null when it was refused. */
export async function addNode(type: string, position: Readonly<Point>): Promise<string | null> {
  const place = editable()
  const node = place?.known.catalogue.nodes.get(type)
  if (!place || !node) return readOnly()
  noteRecent(type)
  return add({ instance: { type, version: node.version }, base: type }, freePlace(place.level, position))
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

/** Add a node into a link and select it; gives its name, or null when it was refused. */
export async function addInto(link: string, type: string, position: Readonly<Point>): Promise<string | null> {
  const place = editable()
  if (!place) return readOnly()
  const operations = intoLink(place, link, type, position) ?? []
  const name = operations.find((one) => one.op === 'add')?.name
  if (name === undefined || !(await edit(place.session, operations))) return null
  select([name])
  announce(t('left.added', { name }))
  return name
}

function readOnly(): null {
  notify({ kind: 'warn', text: t('left.cantAdd') })
  return null
}
