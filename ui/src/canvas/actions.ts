/** What gestures on the canvas do to the level that is shown. Each is one edit, taken back as one. */

import { clipText, copy, paste, readClip, spreadOf } from '../graph/clipboard'
import { children, entry, GROUP, nameOf, NOTE, type Point } from '../graph/level'
import { linkedWith } from '../graph/linked'
import { INPUTS, linksOf, type LinkView, type PortRef } from '../graph/links'
import type { Edge } from '../graph/layout'
import * as make from '../graph/operations'
import { moveLinks } from '../graph/rewiring'
import type { JsonValue, Operation } from '../protocol'
import { t } from '../i18n/t'
import { nameFault } from '../panels/Outline/actions'
import { announce } from '../shell/announce'
import { ask, prompt } from '../shell/ask'
import { notify } from '../stores/notices'
import { noteRecent } from '../stores/preferences'
import { keyOf, results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { select, useSelection } from '../stores/selection'
import { boxChanged, isBox, writeInto } from './boxes'
import { editable, editLevel } from './here'
import { expectPlaces, focusCard, focusSoon, meantPlace, shownNodes } from './view'
import { heirOf } from './walk'

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
  void editLevel((level, at) => make.changeInput(level, name, { default: value }, at))
}

export function toggleCollapsed(names: readonly string[]): void {
  void editLevel((level, at) => make.toggleCollapsed(level, names, at))
}

export function togglePinned(names: readonly string[] = selectedCards()): void {
  void editLevel((level, at) => make.togglePinned(level, names, at))
}

export function setColour(colour: string, names: readonly string[] = useSelection.getState().names): void {
  void editLevel((level, at) => [
    ...make.setColour(level, names.filter((name) => !isBox(name)), colour, at),
    ...names.filter(isBox).flatMap((box) => boxChanged(level, box, { colour }, at)),
  ])
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
  const heir = heirOf(shownNodes(), names.at(-1) ?? '', new Set(names))
  const done = await editLevel((_, at) => [
    ...make.removeAll(cards, at),
    ...boxesRemoved(names, at),
  ])
  if (!done) return
  select([])
  focusCard(heir ?? '')
  announce(t('canvas.removed', { n: names.length, name: nameOf(names[0] ?? '') }))
}

function boxesRemoved(names: readonly string[], at: string): Operation[] {
  return names.flatMap((name) => {
    if (name.startsWith(GROUP)) return make.ungroup(name.slice(GROUP.length), at)
    return name.startsWith(NOTE) ? make.removeNote(name.slice(NOTE.length), at) : []
  })
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

/** Move a node onto a link, and put it in there if its ports fit. */
export function insertOn(id: string, name: string, positions: Readonly<Record<string, Point>>): Promise<boolean> {
  const link = linkOf(id)
  return editLevel((level, at, known) => [
    ...make.moveTo(new Map(Object.entries(positions)), at),
    ...((link && make.insertOnLink(level, link, name, known, at)) ?? []),
  ])
}

/** Put a point into a link, for it to go round things. */
export async function addReroute(link: LinkView, position: Point): Promise<void> {
  await editLevel((level, at, known) => make.reroute(level, link, position, known, at))
}

function nameAdded(one: Operation): string[] {
  if (one.op === 'add') return [one.name]
  if (one.op === 'group') return [GROUP + one.id]
  return one.op === 'note' ? [NOTE + one.id] : []
}

/** Apply operations that add instances, frames and notes, then select these. */
export async function adding(build: (at: string) => Operation[]): Promise<string[]> {
  let names: string[] = []
  const done = await editLevel((_, at) => {
    const operations = build(at)
    names = operations.flatMap(nameAdded)
    return operations
  })
  if (!done || names.length === 0) return []
  select(names)
  const [first] = names.filter((name) => !isBox(name))
  focusCard(first ?? names[0] ?? '')
  return names
}

export function addNodeAt(type: string, position: Point = meantPlace()): Promise<string[]> {
  const here = editable()
  if (!here) return Promise.resolve([])
  noteRecent(type)
  return adding((at) => make.addNode(here.level, type, position, here.known.catalogue, at))
}

export function duplicateSelected(): Promise<string[]> {
  const here = editable()
  return here ? adding((at) => make.duplicate(here.level, useSelection.getState().names, at)) : Promise.resolve([])
}

/** What is selected, as text for the clipboard; empty when nothing is. */
export function copied(): string {
  const here = editable()
  const { names } = useSelection.getState()
  return here && names.length > 0 ? clipText(copy(here.level, names)) : ''
}

/** Half of a usual card, by which what is pasted reaches over the corner of its last card. */
const HALF: Readonly<Point> = [120, 80]

/** Paste what was copied with its middle at a place; false when the text holds nothing that was. */
export async function pasteText(text: string, [x, y]: Readonly<Point> = meantPlace()): Promise<boolean> {
  const clip = readClip(text)
  const here = editable()
  if (!clip || !here) return false
  const [across, down] = spreadOf(clip)
  const corner: Point = [Math.round(x - across / 2 - HALF[0]), Math.round(y - down / 2 - HALF[1])]
  await adding((at) => paste(here.level, clip, at, corner))
  return true
}

/** Frame what is selected, and name the frame. */
export async function groupSelected(): Promise<void> {
  const id = make.newId()
  const done = await editLevel((level, at) => make.group(level, selectedCards(), sizes(), t('canvas.group'), at, '', id))
  if (done) writeInto(GROUP + id)
}

/** Add a note, and write into it. */
export async function addNote(position: Point = meantPlace()): Promise<void> {
  const id = make.newId()
  if (await editLevel((_, at) => make.note('', position, at, id))) writeInto(NOTE + id)
}

export function addLoop(position: Point = meantPlace()): Promise<string[]> {
  const here = editable()
  return here ? adding((at) => make.addLoop(here.level, position, at)) : Promise.resolve([])
}

/** Make what is selected a subgraph, and select that. */
export async function embedSelected(): Promise<void> {
  let made = ''
  const done = await editLevel((level, at) => {
    const operations = make.embed(level, selectedCards(), at)
    for (const one of operations) if (one.op === 'embed') made = one.name
    return operations
  })
  if (done && made) take(made)
}

/** Make what is selected the body of a loop, and select that; told when it can't be. */
export async function loopSelected(): Promise<void> {
  let made: string | undefined
  const done = await editLevel((level, at, known) => {
    const operations = make.loop(level, selectedCards(), known, at)
    if (!operations) notify({ kind: 'warn', text: t('canvas.noLoop') })
    made = operations?.flatMap(nameAdded)[0]
    return operations ?? []
  })
  if (done && made !== undefined) take(made)
}

/** Select what stands in the place of what had the keyboard. */
function take(name: string): void {
  select([name])
  announce(t('canvas.made', { name }))
  focusSoon(name)
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

/** Let an input that the graph has feed a port. */
export function feedFrom(input: string, to: PortRef): void {
  void connect({ name: INPUTS, port: input }, to)
}

/** Ask for another title of a card, or name where it has no title of its own; a frame or note is written into. */
export async function renameSelected(): Promise<void> {
  const [name] = useSelection.getState().names
  const here = editable()
  if (!name || !here) return
  if (isBox(name)) return writeInto(name)
  const title = entry(here.level.nodes, name)?.title
  if (title) return retitle(name, title)
  const wanted = await prompt({
    title: t('canvas.rename'),
    label: t('canvas.name'),
    value: name,
    action: t('canvas.rename'),
    check: (text) => nameFault(editable()?.level ?? null, text, name),
  })
  if (wanted && (await editLevel((level, at) => make.rename(level, name, wanted, at)))) {
    select([wanted.trim()])
    focusSoon(wanted.trim())
  }
}

async function retitle(name: string, title: string): Promise<void> {
  const wanted = await prompt({ title: t('canvas.rename'), label: t('canvas.title'), value: title, action: t('canvas.rename') })
  if (wanted !== null) await editLevel((_, at) => make.setTitle(name, wanted, at))
}

const sizes = () => new Map(shownNodes().map((node) => [node.id, [node.width ?? 0, node.height ?? 0] as Point]))
const places = () => new Map(shownNodes().map((node) => [node.id, [node.position.x, node.position.y] as Point]))

/** Arrange a level from left to right. */
export async function arrange(): Promise<void> {
  const edit = arranged()
  expectPlaces(edit)
  await edit
}

async function arranged(): Promise<void> {
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
  const boxes = Object.keys(here?.level.view ?? {}).filter(isBox)
  if (!here || names.length === 0) return
  const sure = await ask({
    title: t('canvas.clearTitle'),
    text: t('canvas.clearText', { n: names.length }),
    actions: [{ id: 'clear', label: t('canvas.clear'), kind: 'danger' }],
  })
  if (sure === 'clear') await editLevel((_, at) => [...make.removeAll(names, at), ...boxesRemoved(boxes, at)])
}

/** Select all that is on the level. */
export function selectAll(): void {
  select(shownNodes().map((node) => node.id))
}

/** Select what is linked with what is selected, straight or through others: all before it, or all after. */
export function selectLinked(side: 'before' | 'after'): void {
  const here = editable()
  if (here) select([...linkedWith(linksOf(here.level), selectedCards(), side)])
}

/** Make the selected cards, frames and notes larger or smaller; a card stays as large as its ports need. */
export function grow(dx: number, dy: number): void {
  const names = useSelection.getState().names
  const nodes = shownNodes().filter((node) => names.includes(node.id) && node.type !== 'reroute')
  void editLevel((level, at) =>
    nodes.flatMap((node) => {
      const size: Point = [Math.max(120, (node.width ?? 0) + dx), Math.max(60, (node.height ?? 0) + dy)]
      return isBox(node.id) ? boxChanged(level, node.id, { size }, at) : make.resize(level, node.id, size, at)
    }),
  )
}

/** Let the selected cards be as large as they need. */
export function ownSize(): void {
  void editLevel((level, at) => selectedCards().flatMap((name) => make.resize(level, name, null, at)))
}
