/** What gestures on the canvas do to the level that is shown. Each is one edit, taken back as one. */

import { clipText, copy, paste, readClip } from '../graph/clipboard'
import { children, entry, GROUP, NOTE, type Point } from '../graph/level'
import { linksOf, type LinkView, type PortRef } from '../graph/links'
import type { Edge } from '../graph/layout'
import * as make from '../graph/operations'
import { moveLinks } from '../graph/rewiring'
import type { JsonValue, Operation } from '../protocol'
import { t } from '../i18n/t'
import { ask, prompt } from '../shell/ask'
import { usePreferences } from '../stores/preferences'
import { keyOf, results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { select, useSelection } from '../stores/selection'
import { editable, editLevel } from './here'
import { isCard } from './nodes'
import { focusCard, shownNodes, viewCentre } from './view'

const isBox = (name: string) => name.startsWith(GROUP) || name.startsWith(NOTE)

/** Names of the instances that are selected, without frames and notes. */
export const selectedCards = () => useSelection.getState().names.filter((name) => !isBox(name))

export function setParam(name: string, port: string, value: JsonValue): void {
  void editLevel((level, at) => make.setParam(level, name, port, value, at))
}

export function unsetParam(name: string, port: string): void {
  void editLevel((level, at) => make.unsetParam(level, name, port, at))
}

/** Give a graph input another default, which is what it has while nobody sets it. */
export function setInput(name: string, value: JsonValue): void {
  void editLevel((level, at) => {
    const input = entry(level.inputs, name)
    return input ? [{ op: 'expose_input', at, name, input: { ...(input as Record<string, JsonValue>), default: value } }] : []
  })
}

export function toggleCollapsed(names: readonly string[]): void {
  void editLevel((level, at) => make.toggleCollapsed(level, names, at))
}

export function togglePinned(names: readonly string[] = selectedCards()): void {
  void editLevel((level, at) => make.togglePinned(level, names, at))
}

export function setColour(colour: string, names: readonly string[] = selectedCards()): void {
  void editLevel((level, at) => make.setColour(level, names, colour, at))
}

export function resizeCard(name: string, width: number, height: number): void {
  void editLevel((level, at) => make.resize(level, name, [width, height], at))
}

export function toggleMode(mode: 'mute' | 'bypass', names: readonly string[] = selectedCards()): void {
  void editLevel((level, at) => make.toggleMode(level, names, mode, at))
}

/** Keys of the stored results of instances; empty for one that can't be frozen. */
function resultKeys(names: readonly string[]): Map<string, string> {
  const here = editable()
  if (!here) return new Map()
  return new Map(names.map((name) => [name, keyOf(results.get(nodeKey(here.session, children(here.at, name))))]))
}

/** Whether some of the instances can be frozen or unfrozen. */
export function canToggleFrozen(names: readonly string[] = selectedCards()): boolean {
  const here = editable()
  return here !== null && make.toggleFrozen(here.level, resultKeys(names)).length > 0
}

/** Let stored results stand for instances whatever changes, or let these compute again. */
export function toggleFrozen(names: readonly string[] = selectedCards()): void {
  void editLevel((level, at) => make.toggleFrozen(level, resultKeys(names), at))
}

export function moveTo(positions: Readonly<Record<string, Point>>): Promise<boolean> {
  return editLevel((_, at) => make.moveTo(new Map(Object.entries(positions)), at))
}

/** Remove what is selected: cards, frames, notes, or a link. */
export async function removeSelected(): Promise<void> {
  const { names, link } = useSelection.getState()
  if (link) return unlinkView(linkOf(link))
  const cards = names.filter((name) => !isBox(name))
  const done = await editLevel((_, at) => [
    ...make.removeAll(cards, at),
    ...names.filter((name) => name.startsWith(GROUP)).flatMap((name) => make.ungroup(name.slice(GROUP.length), at)),
    ...names.filter((name) => name.startsWith(NOTE)).flatMap((name) => make.removeNote(name.slice(NOTE.length), at)),
  ])
  if (done) select([])
}

export function linkOf(id: string): LinkView | undefined {
  const here = editable()
  return here ? linksOf(here.level).find((link) => link.id === id) : undefined
}

export async function unlinkView(link: LinkView | undefined): Promise<void> {
  if (link) await editLevel((level, at) => make.unlink(level, link, at))
  select([])
}

export function connect(from: PortRef, to: PortRef): Promise<boolean> {
  return editLevel((level, at, known) => make.link(level, from, to, known, at))
}

/** Let one link begin or end elsewhere, or several come from another output. */
export async function moveEnd(links: readonly LinkView[], from: PortRef, to: PortRef): Promise<void> {
  const [first] = links
  if (!first) return
  await editLevel((level, at, known) =>
    links.length > 1 ? moveLinks(level, links, from, at) : make.reconnect(level, first, from, to, known, at),
  )
}

/** Put a node into a link that it was dropped on. */
export async function insertOn(id: string, name: string): Promise<void> {
  const link = linkOf(id)
  if (link) await editLevel((level, at, known) => make.insertOnLink(level, link, name, known, at) ?? [])
}

/** Put a point into a link, for it to go round things. */
export async function addReroute(link: LinkView, position: Point): Promise<void> {
  await editLevel((level, at, known) => make.reroute(level, link, position, known, at))
}

/** Apply operations that add instances, then select these. */
export async function adding(build: (at: string) => Operation[]): Promise<string[]> {
  let names: string[] = []
  const done = await editLevel((_, at) => {
    const operations = build(at)
    names = operations.flatMap((one) => (one.op === 'add' ? [one.name] : []))
    return operations
  })
  if (!done || names.length === 0) return []
  select(names)
  if (names[0]) focusCard(names[0])
  return names
}

export function addNodeAt(type: string, position: Point = viewCentre()): Promise<string[]> {
  const here = editable()
  if (!here) return Promise.resolve([])
  usePreferences.setState(({ recent }) => ({ recent: [type, ...recent.filter((one) => one !== type)].slice(0, 24) }))
  return adding((at) => make.addNode(here.level, type, position, here.known.catalogue, at))
}

export function duplicateSelected(): Promise<string[]> {
  const here = editable()
  return here ? adding((at) => make.duplicate(here.level, selectedCards(), at)) : Promise.resolve([])
}

/** What is selected, as text for the clipboard; empty when nothing is. */
export function copied(): string {
  const here = editable()
  const names = selectedCards()
  return here && names.length > 0 ? clipText(copy(here.level, names)) : ''
}

/** Paste instances; false when the text holds none. */
export async function pasteText(text: string, position: Point = viewCentre()): Promise<boolean> {
  const clip = readClip(text)
  const here = editable()
  if (!clip || !here) return false
  await adding((at) => paste(here.level, clip, at, position))
  return true
}

export function groupSelected(): void {
  void editLevel((level, at) => make.group(level, selectedCards(), sizes(), t('canvas.group'), at))
}

export function addNote(position: Point = viewCentre()): void {
  void editLevel((_, at) => make.note('', position, at))
}

export function addLoop(position: Point = viewCentre()): Promise<string[]> {
  const here = editable()
  return here ? adding((at) => make.addLoop(here.level, position, at)) : Promise.resolve([])
}

export async function embedSelected(): Promise<void> {
  const done = await editLevel((level, at) => make.embed(level, selectedCards(), at))
  if (done) select([])
}

export function unpackSelected(): void {
  const [name] = selectedCards()
  if (name) void editLevel((_, at) => make.unpack(name, at))
}

export function exposeInput(name: string, port: string): void {
  void editLevel((level, at, known) => make.exposeInput(level, name, port, known, at))
}

export function exposeOutput(name: string, port: string): void {
  void editLevel((level, at) => make.exposeOutput(level, name, port, at))
}

/** Ask for another name of an instance; links follow. */
export async function renameSelected(): Promise<void> {
  const [name] = selectedCards()
  if (!name) return
  const wanted = await prompt({ title: t('canvas.rename'), label: t('canvas.name'), value: name, action: t('canvas.rename') })
  if (wanted) await editLevel((level, at) => make.rename(level, name, wanted, at))
}

const sizes = () => new Map(shownNodes().map((node) => [node.id, [node.width ?? 0, node.height ?? 0] as Point]))
const places = () => new Map(shownNodes().map((node) => [node.id, [node.position.x, node.position.y] as Point]))

/** Arrange a level from left to right. */
export async function arrange(): Promise<void> {
  const { autoLayout, arrange: operations } = await import('../graph/layout')
  const here = editable()
  if (!here) return
  const layout = await autoLayout(here.level, sizes())
  await editLevel((_, at) => operations(here.level, layout, at))
}

export async function alignSelected(edge: Edge): Promise<void> {
  const layout = await import('../graph/layout')
  await editLevel((_, at) => make.moveTo(layout.align(selectedCards(), edge, places(), sizes()), at))
}

export async function distributeSelected(direction: 'across' | 'down'): Promise<void> {
  const layout = await import('../graph/layout')
  await editLevel((_, at) => make.moveTo(layout.distribute(selectedCards(), direction, places(), sizes()), at))
}

/** Remove every instance of the level; asked before. */
export async function clearLevel(): Promise<void> {
  const here = editable()
  const names = Object.keys(here?.level.nodes ?? {})
  if (!here || names.length === 0) return
  const sure = await ask({
    title: t('canvas.clearTitle'),
    text: t('canvas.clearText', { n: names.length }),
    actions: [{ id: 'clear', label: t('canvas.clear'), kind: 'danger' }],
  })
  if (sure === 'clear') await editLevel((_, at) => make.removeAll(names, at))
}

/** Select every card of the level. */
export function selectAll(): void {
  select(shownNodes().filter((node) => isCard(node)).map((node) => node.id))
}
