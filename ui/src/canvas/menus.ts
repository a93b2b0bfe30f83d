/** Context menus of the canvas. */

import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import { maskable } from '../panels/Mask/store'
import { commandEntries, type MenuEntry } from '../shell/Menu'
import { openMenuAt } from '../shell/menuAt'
import { useSelection, select } from '../stores/selection'
import { addNote, addReroute, exposeOutput, setColour, unlinkView } from './actions'
import { isCard, type FlowLink, type FlowNode } from './nodes'
import { toGraph } from './view'

interface At {
  clientX: number
  clientY: number
  preventDefault(): void
}

export const COLOURS = ['', '#e5484d', '#f76808', '#ffb224', '#30a46c', '#0091ff', '#8e4ec6', '#d6409f'] as const
const COLOUR_NAMES = ['none', 'red', 'orange', 'yellow', 'green', 'blue', 'violet', 'pink'] as const

export function cardMenu(event: At, node: FlowNode): void {
  event.preventDefault()
  if (!useSelection.getState().names.includes(node.id)) select([node.id])
  const entries: MenuEntry[] = [
    ...commandEntries(
      ['run.toSelected', 'run.forceSelected'],
      ['node.rename', 'edit.duplicate', 'edit.copy', 'edit.delete'],
      maskable(node.id) ? ['node.paintMask'] : [],
      ['node.bypass', 'node.mute', 'node.freeze', 'node.collapse', 'node.pin'],
      ['graph.group', 'graph.embed', 'graph.unpack', 'graph.enter'],
    ),
    'line',
    { id: 'colour', label: t('canvas.colour'), entries: colourEntries() },
  ]
  const outputs = isCard(node) ? Object.keys(node.data.face.outputs) : []
  if (outputs.length > 0) {
    const ports = outputs.map((port) => ({ id: port, label: port, onSelect: () => exposeOutput(node.id, port) }))
    entries.push({ id: 'give', label: t('canvas.giveAs'), entries: ports })
  }
  openMenuAt(event.clientX, event.clientY, entries)
}

function colourEntries(): MenuEntry[] {
  return COLOURS.map((colour, place) => ({
    id: colour || 'none',
    label: t(`canvas.colour_${COLOUR_NAMES[place] ?? 'none'}`),
    onSelect: () => setColour(colour),
  }))
}

export function linkMenu(event: At, link: FlowLink): void {
  event.preventDefault()
  select([], link.id)
  const position = toGraph(event.clientX, event.clientY)
  const view = link.data?.link
  openMenuAt(event.clientX, event.clientY, [
    { id: 'reroute', label: t('canvas.addReroute'), onSelect: () => void (view && addReroute(view, position)) },
    { id: 'source', label: t('canvas.toSource', { name: link.source }), onSelect: () => select([link.source]) },
    { id: 'target', label: t('canvas.toTarget', { name: link.target }), onSelect: () => select([link.target]) },
    'line',
    { id: 'unlink', label: t('canvas.unlink'), danger: true, onSelect: () => void unlinkView(view) },
  ])
}

export function paneMenu(event: At): void {
  event.preventDefault()
  const position = toGraph(event.clientX, event.clientY)
  openMenuAt(event.clientX, event.clientY, [
    { id: 'add', label: t('canvas.addNode'), keys: 'a', onSelect: () => openAddNode({ position }) },
    { id: 'note', label: t('canvas.addNote'), onSelect: () => addNote(position) },
    'line',
    ...commandEntries(['edit.paste', 'edit.selectAll'], ['graph.arrange', 'view.fit']),
  ])
}
