/** Context menus of the canvas. What they offer can be done by keys and palette, too. */

import { leaving } from '../graph/drawn'
import { children, entry, nameOf, parent, viewOf, within, type Path } from '../graph/level'
import type { LinkView, PortRef } from '../graph/links'
import { t } from '../i18n/t'
import { openAddNode, openLinkTo } from '../panels/AddNode'
import { maskable } from '../panels/Mask/store'
import { commandEntries, commandEntry, type MenuEntry } from '../shell/Menu'
import { openMenuAt } from '../shell/menuAt'
import { isReady, useCommands } from '../stores/commands'
import { linkStyles, prefer, usePreferences } from '../stores/preferences'
import { useSelection, select } from '../stores/selection'
import { addLoop, addNote, addReroute, exposeOutput, setColour, unlinkView } from './actions'
import { fitFrame, selectMembers, writeInto } from './boxes'
import { useHiddenLinks } from './connecting'
import { editable } from './here'
import { isCard, type CardNode, type FlowLink, type FlowNode } from './nodes'
import { isBox, isGroup } from './places'
import { inputEntry, portMenu } from './portMenu'
import { COLOURS, COLOUR_NAMES, swatch } from './swatches'
import { spotAt, toGraph } from './view'

interface At {
  clientX: number
  clientY: number
  target?: EventTarget | null
  preventDefault(): void
}

export function cardMenu(event: At, node: FlowNode): void {
  event.preventDefault()
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.row[data-port]') : null
  const { names } = useSelection.getState()
  if (!names.includes(node.id)) select([node.id])
  const several = names.length > 1 && names.includes(node.id)
  if (isBox(node.id) && !several) openMenuAt(event.clientX, event.clientY, boxEntries(node))
  else if (row && isCard(node) && !several) openMenuAt(event.clientX, event.clientY, portMenu(node, row))
  else openMenuAt(event.clientX, event.clientY, cardEntries(node, several))
}

/** The menu of a card, of what else is selected, too. */
export function cardEntries(node: FlowNode, several: boolean): MenuEntry[] {
  const own = isCard(node) && !several ? portEntries(node) : []
  return [
    ...groups(
      ['run.toSelected', 'run.forceSelected', 'run.forgetSelected'],
      ['node.rename', 'edit.cut', 'edit.copy', 'edit.duplicate', 'edit.delete'],
      maskable(node.id) ? ['node.paintMask'] : [],
    ),
    'line',
    ...toggles(node),
    { id: 'colour', label: t('canvas.colour'), entries: colourEntries() },
    { id: 'size', label: t('canvas.size'), entries: groups(['node.wider', 'node.narrower', 'node.taller', 'node.shorter'], ['node.ownSize']) },
    'line',
    ...(own.length > 0 ? [{ id: 'ports', label: t('canvas.links'), entries: own }] : []),
    ...(several ? [{ id: 'layout', label: t('canvas.layout'), entries: layoutEntries() }] : []),
    { id: 'go', label: t('canvas.selectMore'), entries: groups(['edit.selectBefore', 'edit.selectAfter']) },
    'line',
    ...groups(['graph.group', 'graph.embed', 'graph.loop', 'graph.unpack', 'graph.takeOut', 'graph.takeIn', 'graph.enter'], ['view.fitSelected', 'node.help']),
  ]
}

const LAYOUT = [
  ['layout.left', 'layout.centre', 'layout.right'],
  ['layout.top', 'layout.middle', 'layout.bottom'],
  ['layout.across', 'layout.down'],
]
const layoutEntries = () => commandEntries(...LAYOUT)

/** Commands that can be run now; what a card can't is left out of its menu. */
function groups(...all: readonly (readonly string[])[]): MenuEntry[] {
  const { commands } = useCommands.getState()
  const ready = (id: string) => {
    const command = commands.get(id)
    return command !== undefined && isReady(command)
  }
  const keys: Readonly<Record<string, string>> = { 'edit.cut': 'mod+x', 'edit.copy': 'mod+c', 'edit.paste': 'mod+v' }
  return commandEntries(...all.map((ids) => ids.filter(ready))).map((one) =>
    typeof one === 'object' && 'onSelect' in one && keys[one.id] ? { ...one, keys: keys[one.id] ?? '' } : one,
  )
}

function toggles(node: FlowNode): MenuEntry[] {
  if (!isCard(node)) return []
  const { instance, collapsed, pinned } = node.data
  const on: Readonly<Record<string, boolean>> = {
    'node.bypass': instance.mode === 'bypass',
    'node.mute': instance.mode === 'mute',
    'node.freeze': Boolean(instance.frozen),
    'node.collapse': collapsed,
    'node.pin': pinned,
    ...(instance.graph ? { 'node.frame': node.type === 'frame' } : {}),
  }
  const label: Readonly<Record<string, string>> = { 'node.collapse': t('canvas.collapsed'), 'node.pin': t('canvas.pinned'), 'node.frame': t('canvas.framed') }
  return Object.keys(on).flatMap((id) => commandEntry(id, { checked: on[id] ?? false, ...(label[id] ? { label: label[id] } : {}) }) ?? [])
}

/** What its ports can be: linked, moved, inputs and outputs of the graph. */
function portEntries(node: CardNode): MenuEntry[] {
  const { face } = node.data
  const here = editable()
  if (!here) return []
  const path = children(here.at, nameOf(node.id))
  const inputs = Object.keys(face.inputs)
  const outputs = Object.keys(face.outputs)
  const held = outputs.filter((port) => leaving(here.level, { name: nameOf(node.id), port }, here.known).length > 0)
  return [
    ...(outputs.length > 0 ? [{ id: 'to', label: t('left.linkTo'), keys: 't', onSelect: () => openLinkTo(path, 'out') }] : []),
    ...(inputs.length > 0 ? [{ id: 'from', label: t('left.linkFrom'), keys: 'shift+t', onSelect: () => openLinkTo(path, 'in') }] : []),
    ...(held.length > 0 ? [{ id: 'move', label: t('canvas.moveLinks'), entries: held.map((port) => ({ id: port, label: port, onSelect: () => openLinkTo(path, 'move', port) })) }] : []),
    ...(inputs.length > 0 ? [{ id: 'take', label: t('canvas.takeAs'), entries: inputs.map((port) => inputEntry(node, port, port)) }] : []),
    ...(outputs.length > 0 ? [{ id: 'give', label: t('canvas.giveAs'), entries: outputs.map((port) => ({ id: port, label: port, onSelect: () => exposeOutput(node.id, port) })) }] : []),
  ]
}

/** The menu of a frame or note. */
function boxEntries(node: FlowNode): MenuEntry[] {
  const isFrame = isGroup(node.id)
  const frame: MenuEntry[] = [
    { id: 'members', label: t('canvas.selectMembers'), onSelect: () => selectMembers(node.id) },
    { id: 'fitFrame', label: t('canvas.fitFrame'), onSelect: () => fitFrame(node.id) },
  ]
  return [
    { id: 'write', label: t(isFrame ? 'canvas.groupTitle' : 'canvas.writeNote'), keys: 'enter', onSelect: () => writeInto(node.id) },
    { id: 'colour', label: t('canvas.colour'), entries: colourEntries() },
    { id: 'size', label: t('canvas.size'), entries: groups(['node.wider', 'node.narrower', 'node.taller', 'node.shorter']) },
    'line',
    ...(isFrame ? frame : []),
    ...groups(['edit.cut', 'edit.copy', 'edit.duplicate', 'view.fitSelected']),
    'line',
    { id: 'delete', label: t(isFrame ? 'canvas.ungroup' : 'canvas.delete'), command: 'edit.delete', onSelect: () => void useCommands.getState().commands.get('edit.delete')?.run() },
  ]
}

function colourEntries(): MenuEntry[] {
  const { names } = useSelection.getState()
  const here = editable()
  const shown = here ? viewOf(here.level) : null
  const name = nameOf(names[0] ?? '')
  const now = shown?.colours.get(name) ?? (entry(here?.level.view, name) as { colour?: string } | undefined)?.colour ?? ''
  return COLOURS.map((colour, place) => ({
    id: colour || 'none',
    label: t(`canvas.colour_${COLOUR_NAMES[place] ?? 'none'}`),
    icon: swatch(colour),
    ...(colour === now ? { hint: '✓' } : {}),
    onSelect: () => setColour(colour),
  }))
}

export function linkMenu(event: At, link: FlowLink): void {
  event.preventDefault()
  select([], link.id)
  const position = toGraph(event.clientX, event.clientY)
  const view = link.data?.link
  if (view) openMenuAt(event.clientX, event.clientY, linkEntries(view, position, parent(link.id)))
}

function linkEntries(view: LinkView, position: [number, number], inside: Path): MenuEntry[] {
  const { source, target } = view
  const here = editable(inside)
  const siblings = here && entry(here.level.nodes, source.name) ? leaving(here.level, source, here.known).length : 0
  const end = (id: string, label: string, { name }: PortRef): MenuEntry[] =>
    here && entry(here.level.nodes, name) ? [{ id, label, onSelect: () => select([within(inside, name)]) }] : []
  const move = { id: 'move', label: t('canvas.moveLinksOf', { n: siblings }), onSelect: () => here && openLinkTo(children(here.at, source.name), 'move', source.port) }
  return [
    { id: 'insert', label: t('canvas.insertNode'), onSelect: () => openAddNode({ position, onto: within(inside, view.id) }) },
    { id: 'reroute', label: t('canvas.addReroute'), onSelect: () => void addReroute(view, position, inside) },
    ...(siblings > 0 ? [move] : []),
    'line',
    ...end('source', t('canvas.toSource', { name: source.name }), source),
    ...end('target', t('canvas.toTarget', { name: target.name }), target),
    'line',
    { id: 'unlink', label: t('canvas.unlink'), command: 'edit.delete', danger: true, onSelect: () => void unlinkView(view, inside) },
  ]
}

export function paneMenu(event: At): void {
  event.preventDefault()
  const position = toGraph(event.clientX, event.clientY)
  const spot = spotAt(position)
  openMenuAt(event.clientX, event.clientY, [
    ...(editable(spot.inside)
      ? [
          { id: 'add', label: t('canvas.addNode'), command: 'node.add', onSelect: () => openAddNode({ position }) },
          { id: 'note', label: t('canvas.addNote'), command: 'node.addNote', onSelect: () => void addNote(spot) },
          { id: 'loop', label: t('canvas.addLoop'), onSelect: () => void addLoop(spot) },
          'line' as const,
        ]
      : []),
    ...groups(['edit.undo', 'edit.redo'], ['edit.paste', 'edit.selectAll'], ['graph.arrange', 'graph.leave', 'graph.clear'], ['view.fit', 'view.zoomReset']),
    { id: 'links', label: t('canvas.links'), entries: linkViewEntries() },
    { id: 'snap', label: t('shell.snap'), checked: usePreferences.getState().snap, onSelect: () => prefer({ snap: !usePreferences.getState().snap }) },
  ])
}

const STYLE_KEYS = { curved: 'shell.linkCurved', straight: 'shell.linkStraight', stepped: 'shell.linkStepped' } as const

function linkViewEntries(): MenuEntry[] {
  const { linkStyle } = usePreferences.getState()
  const hide = commandEntry('view.links', { label: t('canvas.hideLinks'), checked: useHiddenLinks.getState().hidden })
  return [
    ...(hide ? [hide, 'line' as const] : []),
    ...linkStyles.map((style) => ({
      id: style,
      label: t(STYLE_KEYS[style]),
      checked: style === linkStyle,
      onSelect: () => prefer({ linkStyle: style }),
    })),
  ]
}
