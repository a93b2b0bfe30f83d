/** The menu of one port of a card. */

import { leaving } from '../graph/landing'
import { children, entry } from '../graph/level'
import { linksOf, type LinkView } from '../graph/links'
import { lift, setParam } from '../graph/operations'
import { t } from '../i18n/t'
import { openLinkTo } from '../panels/AddNode'
import type { MenuEntry } from '../shell/Menu'
import { exposeInput, exposeOutput, feedFrom, unlinkView, unsetParam } from './actions'
import { editable, editLevel } from './here'
import type { CardNode } from './nodes'

export function portMenu(node: CardNode, row: HTMLElement): MenuEntry[] {
  const port = row.dataset['port'] ?? ''
  return row.dataset['side'] === 'out' ? outputEntries(node, port) : inputEntries(node, port)
}

function outputEntries({ id: name, data }: CardNode, port: string): MenuEntry[] {
  const here = editable()
  if (!here) return []
  const path = children(here.at, name)
  const links = leaving(here.level, { name, port })
  const given = data.gives.get(port)
  return [
    { heading: `${name}.${port}` },
    { id: 'to', label: t('left.linkTo'), onSelect: () => openLinkTo(path, 'out', port) },
    { id: 'move', label: t('canvas.moveLinksOf', { n: links.length }), disabled: links.length === 0, onSelect: () => openLinkTo(path, 'move', port) },
    ...unlinkings(links, ({ target }) => `${target.name}.${target.port}`),
    'line',
    { id: 'give', label: t('canvas.giveAs'), checked: given !== undefined, disabled: given !== undefined, onSelect: () => exposeOutput(name, port) },
  ]
}

function inputEntries(node: CardNode, port: string): MenuEntry[] {
  const here = editable()
  const { id: name, data } = node
  const record = data.face.inputs[port]
  if (!here || !record) return []
  const links = linksOf(here.level).filter(({ target }) => target.name === name && target.port === port)
  const typed = entry(data.instance.params, port) !== undefined
  return [
    { heading: `${name}.${port}` },
    { id: 'from', label: t('left.linkFrom'), onSelect: () => openLinkTo(children(here.at, name), 'in', port) },
    ...unlinkings(links, ({ source, kind }) => (kind === 'input' ? source.port : `${source.name}.${source.port}`)),
    'line',
    inputEntry(node, port),
    ...feedEntries(node, port),
    {
      id: 'lift',
      label: t('left.lift'),
      checked: data.instance.over?.includes(port) ?? false,
      disabled: record.variadic,
      onSelect: () => void editLevel((level, at) => lift(level, name, port, at)),
    },
    ...(typed ? [{ id: 'reset', label: t('canvas.resetValue'), onSelect: () => unsetParam(name, port) }] : []),
    ...(record.optional && record.param && !typed ? [{ id: 'none', label: t('canvas.setNone'), onSelect: () => void editLevel((level, at) => setParam(level, name, port, null, at)) }] : []),
  ]
}

/** The entry that makes a port an input of the graph. */
export function inputEntry({ id, data }: CardNode, port: string, label = t('canvas.takeAs')): MenuEntry {
  const fed = data.fed.has(port)
  return { id: `take.${port}`, label, disabled: fed, ...(fed ? { checked: true } : {}), onSelect: () => exposeInput(id, port) }
}

/** The inputs that the graph has already and that a port can be fed from. */
function feedEntries({ id, data }: CardNode, port: string): MenuEntry[] {
  const inputs = Object.keys(editable()?.level.inputs ?? {})
  if (inputs.length === 0) return []
  const now = data.fed.get(port)?.name
  return [
    {
      id: 'feed',
      label: t('canvas.feedFrom'),
      entries: inputs.map((input) => ({ id: input, label: input, checked: input === now, onSelect: () => feedFrom(input, { name: id, port }) })),
    },
  ]
}

function unlinkings(links: readonly LinkView[], other: (link: LinkView) => string): MenuEntry[] {
  return links.map((link) => ({ id: link.id, label: t('canvas.unlinkNamed', { name: other(link) }), onSelect: () => void unlinkView(link) }))
}
