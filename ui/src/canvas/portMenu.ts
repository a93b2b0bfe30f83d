/** The menu of one port of a card. */

import { leaving } from '../graph/drawn'
import { children, entry, nameOf, parent, type Path } from '../graph/level'
import { INPUTS, linksOf, OUTPUTS, textOf, type LinkView, type PortRef } from '../graph/links'
import { lift, setParam } from '../graph/operations'
import { t } from '../i18n/t'
import { openLinkTo } from '../panels/AddNode'
import type { MenuEntry } from '../shell/Menu'
import { exposeInput, exposeOutput, feedFrom, unlinkView, unsetParam } from './actions'
import { editable, editAround } from './here'
import type { CardNode } from './nodes'

export function portMenu(node: CardNode, row: HTMLElement): MenuEntry[] {
  const port = row.dataset['port'] ?? ''
  return row.dataset['side'] === 'out' ? outputEntries(node, port) : inputEntries(node, port)
}

function outputEntries({ id, data }: CardNode, port: string): MenuEntry[] {
  const here = editable(parent(id))
  if (!here) return []
  const name = nameOf(id)
  const path = children(here.at, name)
  const links = leaving(here.level, { name, port }, here.known)
  const given = data.gives.get(port)
  return [
    { heading: `${name}.${port}` },
    { id: 'to', label: t('left.linkTo'), onSelect: () => openLinkTo(path, 'out', port) },
    { id: 'move', label: t('canvas.moveLinksOf', { n: links.length }), disabled: links.length === 0, onSelect: () => openLinkTo(path, 'move', port) },
    ...unlinkings(links, here.inside, ({ target }) => endText(target)),
    'line',
    { id: 'give', label: t('canvas.giveAs'), checked: given !== undefined, disabled: given !== undefined, onSelect: () => exposeOutput(id, port) },
  ]
}

function inputEntries(node: CardNode, port: string): MenuEntry[] {
  const { id, data } = node
  const here = editable(parent(id))
  const name = nameOf(id)
  const record = data.face.inputs[port]
  if (!here || !record) return []
  const links = linksOf(here.level).filter(({ target }) => target.name === name && target.port === port)
  const typed = entry(data.instance.params, port) !== undefined
  return [
    { heading: `${name}.${port}` },
    { id: 'from', label: t('left.linkFrom'), onSelect: () => openLinkTo(children(here.at, name), 'in', port) },
    ...unlinkings(links, here.inside, ({ source }) => endText(source)),
    'line',
    inputEntry(node, port),
    ...feedEntries(node, port),
    {
      id: 'lift',
      label: t('left.lift'),
      checked: data.instance.over?.includes(port) ?? false,
      disabled: record.variadic,
      onSelect: () => void editAround(id, (level, own, at) => lift(level, own, port, at)),
    },
    ...(typed ? [{ id: 'reset', label: t('canvas.resetValue'), onSelect: () => unsetParam(id, port) }] : []),
    ...(record.optional && record.param && !typed ? [{ id: 'none', label: t('canvas.setNone'), onSelect: () => void editAround(id, (level, own, at) => setParam(level, own, port, null, at)) }] : []),
  ]
}

/** The entry that makes a port an input of the graph. */
export function inputEntry({ id, data }: CardNode, port: string, label = t('canvas.takeAs')): MenuEntry {
  const fed = data.fed.has(port) || data.led.has(port)
  return { id: `take.${port}`, label, disabled: fed, ...(fed ? { checked: true } : {}), onSelect: () => exposeInput(id, port) }
}

/** The inputs that the graph has already and that a port can be fed from. */
function feedEntries({ id }: CardNode, port: string): MenuEntry[] {
  const level = editable(parent(id))?.level
  const inputs = Object.keys(level?.inputs ?? {})
  if (inputs.length === 0) return []
  const own = textOf({ name: nameOf(id), port })
  const now = inputs.find((input) => level?.inputs?.[input]?.to?.includes(own))
  return [
    {
      id: 'feed',
      label: t('canvas.feedFrom'),
      entries: inputs.map((input) => ({ id: input, label: input, checked: input === now, onSelect: () => feedFrom(input, { name: id, port }) })),
    },
  ]
}

function unlinkings(links: readonly LinkView[], inside: Path, other: (link: LinkView) => string): MenuEntry[] {
  return links.map((link) => ({ id: link.id, label: t('canvas.unlinkNamed', { name: other(link) }), onSelect: () => void unlinkView(link, inside) }))
}

const endText = (port: PortRef) => (port.name === INPUTS || port.name === OUTPUTS ? port.port : textOf(port))
