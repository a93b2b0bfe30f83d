/** What can be done on the canvas by palette, keys and menus. */

import { children, entry, instanceAt, nameOf, parent, within } from '../graph/level'
import { isLevel } from '../graph/ports'
import type { Instance } from '../protocol'
import { openAddNode, openLinkTo } from '../panels/AddNode'
import { t } from '../i18n/t'
import { announce } from '../shell/announce'
import { openPanel } from '../shell/layout'
import { registerCommands, type Command } from '../stores/commands'
import { activeGraph, enterLevel, useGraphs } from '../stores/graphs'
import { linkStyles, prefer, preferences } from '../stores/preferences'
import { select, useSelection } from '../stores/selection'
import * as act from './actions'
import { useHiddenLinks } from './connecting'
import { editable } from './here'
import { step } from './stepping'
import { fit, focusCard, focusSoon, meantLevel, meantPlace, pan, zoomIn, zoomOut, zoomTo } from './view'

const active = () => useGraphs.getState().active
const some = () => act.selectedCards().length > 0
const selected = () => useSelection.getState().names.length > 0
const anything = () => useSelection.getState().names.length > 0 || useSelection.getState().link !== ''
const several = () => act.selectedCards().length > 1

async function copySelected(): Promise<void> {
  const text = act.copied()
  if (text) await navigator.clipboard.writeText(text)
}

/** The selected instance and its path, if a graph is in it, or in a file that it names. */
function levelChosen(): { path: string; instance: Instance } | null {
  const open = activeGraph()
  const [id] = act.selectedCards()
  const path = open && id ? within(open.at, id) : ''
  const instance = open && path ? instanceAt(open.graph, path) : null
  return instance && isLevel(instance) ? { path, instance } : null
}

/** Whether a subgraph is selected that is in the graph itself: what is inside a loop or a file can't take its place. */
function isUnpackable(): boolean {
  const instance = levelChosen()?.instance
  return Boolean(instance?.graph) && !instance?.type
}

async function cutSelected(): Promise<void> {
  await copySelected()
  await act.removeSelected()
}

/** Select more, and tell how many are. */
function tellSelected(choose: () => void): void {
  choose()
  announce(t('canvas.selectedCount', { n: useSelection.getState().names.length }))
}

/** Whether one node is selected that says what it is for. */
function isHelped(): boolean {
  const [id = '', ...more] = act.selectedCards()
  const here = editable()
  const type = entry(here?.level.nodes, nameOf(id))?.type
  return more.length === 0 && type !== undefined && here?.known.catalogue.nodes.has(type) === true
}

/** Show what the selected node is for. */
function showHelp(): void {
  openPanel('inspector')
  whenThere('[data-help]', (help) => help.focus())
}

function whenThere(selector: string, act: (found: HTMLElement) => void, frames = 120): void {
  const found = document.querySelector<HTMLElement>(selector)
  if (found) act(found)
  else if (frames > 0) requestAnimationFrame(() => whenThere(selector, act, frames - 1))
}

/** Choose ports for links from or to the selected node. */
function linkSelected(side: 'in' | 'out'): void {
  const [name] = act.selectedCards()
  const here = editable()
  if (here && name) openLinkTo(children(here.at, nameOf(name)), side)
}

/** Go into a subgraph or loop; the canvas keeps the keyboard. */
function enterSelected(): void {
  enterLevel(active(), levelChosen()?.path ?? '')
  select([])
  requestAnimationFrame(() => focusCard(''))
}

/** Go out of a subgraph, to where it stands. */
export function leaveLevel(): void {
  const open = activeGraph()
  if (!open?.at) return
  const name = nameOf(open.at)
  enterLevel(active(), parent(open.at))
  select([name])
  focusSoon(name)
}

const edit: Command[] = [
  { id: 'edit.undo', titleKey: 'canvas.undo', group: 'edit', keys: ['mod+z'], repeats: true, when: () => active() !== '', run: () => step('undo') },
  { id: 'edit.redo', titleKey: 'canvas.redo', group: 'edit', keys: ['mod+shift+z', 'mod+y'], repeats: true, when: () => active() !== '', run: () => step('redo') },
  { id: 'edit.copy', titleKey: 'canvas.copy', group: 'edit', when: selected, run: copySelected },
  { id: 'edit.cut', titleKey: 'canvas.cut', group: 'edit', when: () => selected() && editable() !== null, run: cutSelected },
  { id: 'edit.paste', titleKey: 'canvas.paste', group: 'edit', when: () => editable() !== null, run: async () => void (await act.pasteText(await navigator.clipboard.readText())) },
  { id: 'edit.duplicate', titleKey: 'canvas.duplicate', group: 'edit', keys: ['mod+d'], scope: 'canvas', when: selected, run: async () => void (await act.duplicateSelected()) },
  { id: 'edit.delete', titleKey: 'canvas.delete', group: 'edit', keys: ['delete', 'backspace'], scope: 'canvas', when: anything, run: act.removeSelected },
  { id: 'edit.selectAll', titleKey: 'canvas.selectAll', group: 'edit', keys: ['mod+a'], scope: 'canvas', run: () => tellSelected(act.selectAll) },
  { id: 'edit.selectBefore', titleKey: 'canvas.selectBefore', group: 'edit', keys: ['shift+home'], scope: 'canvas', when: some, run: () => tellSelected(() => act.selectLinked('before')) },
  { id: 'edit.selectAfter', titleKey: 'canvas.selectAfter', group: 'edit', keys: ['shift+end'], scope: 'canvas', when: some, run: () => tellSelected(() => act.selectLinked('after')) },
]

/** How selected cards, frames and notes are made larger and smaller: command, key, across and down. */
const GROWTHS = [
  ['wider', '.', 20, 0],
  ['narrower', ',', -20, 0],
  ['taller', ':', 0, 20],
  ['shorter', ';', 0, -20],
] as const

const nodes: Command[] = [
  { id: 'node.add', titleKey: 'canvas.addNode', group: 'nodes', keys: ['a'], scope: 'canvas', when: () => editable() !== null, run: () => openAddNode({ position: meantPlace(), inside: meantLevel() }) },
  { id: 'node.addLoop', titleKey: 'canvas.addLoop', group: 'nodes', when: () => editable() !== null, run: async () => void (await act.addLoop()) },
  { id: 'node.addNote', titleKey: 'canvas.addNote', group: 'nodes', keys: ['n'], scope: 'canvas', when: () => editable() !== null, run: () => act.addNote() },
  { id: 'node.rename', titleKey: 'canvas.rename', group: 'nodes', keys: ['f2'], scope: 'canvas', when: selected, run: act.renameSelected },
  { id: 'node.bypass', titleKey: 'canvas.bypass', group: 'nodes', keys: ['b'], scope: 'canvas', when: some, run: () => act.toggleMode('bypass') },
  { id: 'node.mute', titleKey: 'canvas.mute', group: 'nodes', keys: ['m'], scope: 'canvas', when: some, run: () => act.toggleMode('mute') },
  { id: 'node.freeze', titleKey: 'canvas.toggleFrozen', group: 'nodes', keys: ['k'], scope: 'canvas', when: () => act.canToggleFrozen(), run: () => act.toggleFrozen() },
  { id: 'node.collapse', titleKey: 'canvas.toggleCollapsed', group: 'nodes', keys: ['c'], scope: 'canvas', when: some, run: () => act.toggleCollapsed(act.selectedCards()) },
  { id: 'node.frame', titleKey: 'canvas.toggleFramed', group: 'nodes', keys: ['o'], scope: 'canvas', when: act.canToggleFramed, run: () => act.toggleFramed() },
  { id: 'node.pin', titleKey: 'canvas.togglePinned', group: 'nodes', keys: ['p'], scope: 'canvas', when: some, run: () => act.togglePinned() },
  { id: 'node.linkTo', titleKey: 'left.linkTo', group: 'nodes', keys: ['t'], scope: 'canvas', when: some, run: () => linkSelected('out') },
  { id: 'node.linkFrom', titleKey: 'left.linkFrom', group: 'nodes', keys: ['shift+t'], scope: 'canvas', when: some, run: () => linkSelected('in') },
  { id: 'node.help', titleKey: 'canvas.help', group: 'nodes', keys: ['h'], scope: 'canvas', when: isHelped, run: showHelp },
  { id: 'node.ownSize', titleKey: 'canvas.ownSize', group: 'nodes', when: some, run: act.ownSize },
  ...GROWTHS.map(([id, key, dx, dy]): Command => ({
    id: `node.${id}`, titleKey: `canvas.${id}`, group: 'nodes', keys: [key], scope: 'canvas', repeats: true, when: selected, run: () => act.grow(dx, dy),
  })),
]

const structure: Command[] = [
  { id: 'graph.group', titleKey: 'canvas.groupSelected', group: 'graph', keys: ['mod+g'], scope: 'canvas', when: some, run: act.groupSelected },
  { id: 'graph.embed', titleKey: 'canvas.embed', group: 'graph', keys: ['mod+shift+g'], scope: 'canvas', when: some, run: act.embedSelected },
  { id: 'graph.loop', titleKey: 'canvas.makeLoop', group: 'graph', keys: ['mod+alt+g'], scope: 'canvas', when: some, run: act.loopSelected },
  { id: 'graph.unpack', titleKey: 'canvas.unpack', group: 'graph', when: isUnpackable, run: act.unpackSelected },
  { id: 'graph.enter', titleKey: 'canvas.enter', group: 'graph', keys: ['i'], scope: 'canvas', when: () => levelChosen() !== null, run: enterSelected },
  { id: 'graph.leave', titleKey: 'canvas.leave', group: 'graph', keys: ['u'], scope: 'canvas', when: () => (activeGraph()?.at ?? '') !== '', run: leaveLevel },
  { id: 'graph.arrange', titleKey: 'canvas.arrange', group: 'graph', keys: ['shift+l'], scope: 'canvas', when: () => editable() !== null, run: act.arrange },
  { id: 'graph.clear', titleKey: 'canvas.clear', group: 'graph', when: () => editable() !== null, run: act.clearLevel },
]

const layout: Command[] = (['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const).map((side) => ({
  id: `layout.${side}`,
  titleKey: `canvas.align_${side}` as const,
  group: 'graph',
  when: several,
  run: () => act.alignSelected(side),
}))

const spread: Command[] = [
  { id: 'layout.across', titleKey: 'canvas.distributeAcross', group: 'graph', when: several, run: () => act.distributeSelected('across') },
  { id: 'layout.down', titleKey: 'canvas.distributeDown', group: 'graph', when: several, run: () => act.distributeSelected('down') },
]

function nextLinkStyle(): void {
  const next = linkStyles[(linkStyles.indexOf(preferences().linkStyle) + 1) % linkStyles.length]
  if (next) prefer({ linkStyle: next })
}

/** Steps of the view in pixels of the page: what lies left of it comes into it. */
const PANS = [
  ['left', 'mod+left', 80, 0],
  ['right', 'mod+right', -80, 0],
  ['up', 'mod+up', 0, 80],
  ['down', 'mod+down', 0, -80],
] as const

const view: Command[] = [
  { id: 'view.fit', titleKey: 'canvas.fit', group: 'view', keys: ['f'], scope: 'canvas', run: () => fit() },
  { id: 'view.fitSelected', titleKey: 'canvas.fitSelected', group: 'view', keys: ['shift+f'], scope: 'canvas', when: anything, run: () => fit(useSelection.getState().names) },
  { id: 'view.links', titleKey: 'canvas.toggleLinks', group: 'view', keys: ['shift+h'], scope: 'canvas', run: () => useHiddenLinks.setState(({ hidden }) => ({ hidden: !hidden })) },
  { id: 'view.linkStyle', titleKey: 'canvas.nextLinkStyle', group: 'view', keys: ['shift+s'], scope: 'canvas', run: nextLinkStyle },
  { id: 'view.snap', titleKey: 'shell.snap', group: 'view', run: () => prefer({ snap: !preferences().snap }) },
  ...PANS.map(([id, key, x, y]): Command => ({
    id: `view.pan_${id}`, titleKey: `canvas.pan_${id}`, group: 'view', keys: [key], scope: 'canvas', repeats: true, run: () => pan(x, y),
  })),
  { id: 'view.zoomIn', titleKey: 'canvas.zoomIn', group: 'view', keys: ['plus', '='], scope: 'canvas', repeats: true, run: zoomIn },
  { id: 'view.zoomOut', titleKey: 'canvas.zoomOut', group: 'view', keys: ['-'], scope: 'canvas', repeats: true, run: zoomOut },
  { id: 'view.zoomReset', titleKey: 'canvas.zoomReset', group: 'view', keys: ['1'], scope: 'canvas', run: () => zoomTo(1) },
]

export const registerCanvasCommands = () => registerCommands([...edit, ...nodes, ...structure, ...layout, ...spread, ...view])

/** Copy, cut and paste by the browser's own events, which need no permission. */
export function listenToClipboard(): () => void {
  const elsewhere = (event: Event) => {
    const target = event.target as HTMLElement | null
    return Boolean(target?.closest?.('input, textarea, [contenteditable]')) || (getSelection()?.toString() ?? '') !== ''
  }
  const onCopy = (event: ClipboardEvent) => {
    const text = elsewhere(event) ? '' : act.copied()
    if (!text) return
    event.preventDefault()
    event.clipboardData?.setData('text/plain', text)
    if (event.type === 'cut') void act.removeSelected()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (elsewhere(event)) return
    const files = [...(event.clipboardData?.files ?? [])]
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (files.length > 0) void import('./drop').then((drop) => drop.takeFiles(files))
    else void act.pasteText(text)
  }
  document.addEventListener('copy', onCopy)
  document.addEventListener('cut', onCopy)
  document.addEventListener('paste', onPaste)
  return () => {
    document.removeEventListener('copy', onCopy)
    document.removeEventListener('cut', onCopy)
    document.removeEventListener('paste', onPaste)
  }
}
