/** Adds what was chosen: an instance under a free name, linked to the port that a link was dropped from. */

import { editable } from '../../canvas/here'
import { spotAt } from '../../canvas/view'
import { nameOf, parent, within, type Path, type Point } from '../../graph/level'
import { t } from '../../i18n/t'
import type { Instance } from '../../protocol'
import { announce } from '../../shell/announce'
import { edit } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { noteRecent } from '../../stores/preferences'
import { select } from '../../stores/selection'
import { additionOf, freePlace, type Addition } from './addition'
import { intoLink } from './onto'
import type { Opening } from './store'

/** The level that something is added to. */
export function levelFor({ position, inside, from, onto }: Opening): Path {
  if (from) return parent(from.name)
  return onto ? parent(onto) : (inside ?? spotAt(position).inside)
}

/** Add a node of the catalogue, with values of its params, and select it; gives its path, or null when it was refused. */
export async function addNode(type: string, position: Readonly<Point>, params: Instance['params'] = {}): Promise<string | null> {
  const { inside, place: at } = spotAt(position)
  const place = editable(inside)
  const node = place?.known.catalogue.nodes.get(type)
  if (!place || !node) return readOnly()
  noteRecent(type)
  const [x, y] = freePlace(place.level, at)
  const instance = { type, version: node.version, ...(Object.keys(params).length > 0 && { params }) }
  return add({ instance, base: type }, { position: [position[0] + x - at[0], position[1] + y - at[1]], inside })
}

/** Add an instance, linked to where a link was dropped from, and select it; gives its path, or null when it was refused. */
export async function add(addition: Addition, opening: Opening): Promise<string | null> {
  const inside = levelFor(opening)
  const place = editable(inside)
  if (!place) return readOnly()
  const from = opening.from && { ...opening.from, name: nameOf(opening.from.name) }
  const { name, operations } = additionOf(place.level, addition, spotAt(opening.position, inside).place, place.known, place.at, from)
  if (!(await edit(place.session, operations))) return null
  return taken(within(inside, name))
}

/** Add a node into a link and select it; gives its path, or null when it was refused. */
export async function addInto(link: string, type: string, position: Readonly<Point>): Promise<string | null> {
  const inside = parent(link)
  const place = editable(inside)
  if (!place) return readOnly()
  const operations = intoLink(place, nameOf(link), type, spotAt(position, inside).place) ?? []
  const name = operations.find((one) => one.op === 'add')?.name
  if (name === undefined || !(await edit(place.session, operations))) return null
  return taken(within(inside, name))
}

function taken(id: string): string {
  select([id])
  announce(t('left.added', { name: nameOf(id) }))
  return id
}

function readOnly(): null {
  notify({ kind: 'warn', text: t('left.cantAdd') })
  return null
}
