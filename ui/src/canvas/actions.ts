/**
 * What gestures on the canvas do. Each is one edit, taken back as one. Nodes are named by their paths from the
 * level that is shown, and edited on the level on which they stand.
 */

import { clipText, copy, paste, readClip, spreadOf } from '../graph/clipboard'
import { children, entry, GROUP, nameOf, NOTE, parent, within, type Path, type Point } from '../graph/level'
import { linkedWith } from '../graph/linked'
import { INPUTS, linksOf, type LinkView, type PortRef } from '../graph/links'
import type { Edge } from '../graph/layout'
import * as make from '../graph/operations'
import { readGraph } from '../graph/reading'
import { moveLinks } from '../graph/rewiring'
import type { Known } from '../graph/ports'
import type { Graph, JsonValue, Operation } from '../protocol'
import { t } from '../i18n/t'
import { nameFault } from '../panels/Outline/actions'
import { announce } from '../shell/announce'
import { ask, prompt } from '../shell/ask'
import { notify } from '../stores/notices'
import { noteRecent } from '../stores/preferences'
import { edit, open, tell } from '../stores/graphs'
import { keyOf, results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { select, useSelection } from '../stores/selection'
import { boxChanged, writeInto } from './boxes'
import { movesOf, type Places } from './held'
import { editable, editAround, editLevel, levelSelected, type Here, type Place } from './here'
import type { FlowNode } from './nodes'
import { isBox, onLevel } from './places'
import { expectPlaces, focusCard, focusSoon, meantLevel, meantPlace, shownNodes, spotAt, type Spot } from './view'
import { heirOf } from './walk'

/** Paths of the instances that are selected, without frames and notes. */
export const selectedCards = () => useSelection.getState().names.filter((name) => !isBox(name))
/** What they are called on the level where all of them stand. */
const selectedNames = () => selectedCards().map(nameOf)

/** Give a param a value, where it was typed: a field may settle when another graph is shown already. */
export async function setParam(id: string, port: string, value: JsonValue, place: Place): Promise<void> {
  await editAround(id, (level, name, at) => make.setParam(level, name, port, value, at), place)
}

export function unsetParam(id: string, port: string): void {
  void editAround(id, (level, name, at) => make.unsetParam(level, name, port, at))
}

/** Give an input of the graph that is shown another default, which is what it has while nobody sets it. */
export async function setInput(name: string, value: JsonValue, place: Place): Promise<void> {
  await editLevel((level, at) => make.changeInput(level, name, { default: value }, at), '', place)
}

export function toggleCollapsed(ids: readonly string[]): void {
  void editLevel((level, at) => make.toggleCollapsed(level, ids.map(nameOf), at), parent(ids[0] ?? ''))
}

/** Draw what is inside of loops and subgraphs on the canvas, or fold it to cards; the others make room. */
export async function toggleFramed(ids: readonly string[] = selectedCards()): Promise<void> {
  const { framing } = await import('./framing')
  await editLevel((level, at) => framing(level, ids, at), parent(ids[0] ?? ''))
}

/** Whether some of what is selected has a graph of its own inside. */
export function canToggleFramed(): boolean {
  const here = editable()
  return here !== null && make.toggleFramed(here.level, selectedNames()).length > 0
}

export function togglePinned(): void {
  void editLevel((level, at) => make.togglePinned(level, selectedNames(), at))
}

export function setColour(colour: string): void {
  const names = useSelection.getState().names.map(nameOf)
  void editLevel((level, at) => [
    ...make.setColour(level, names.filter((name) => !isBox(name)), colour, at),
    ...names.filter(isBox).flatMap((box) => boxChanged(level, box, { colour }, at)),
  ])
}

export function resizeCard(id: string, width: number, height: number): void {
  void editAround(id, (level, name, at) => make.resize(level, name, [width, height], at))
}

export function toggleMode(mode: 'mute' | 'bypass'): void {
  void editLevel((level, at) => make.toggleMode(level, selectedNames(), mode, at))
}

/** Keys of the stored results of what is selected; empty for one that can't be frozen. */
function resultKeys(): Map<string, string> {
  const here = editable()
  if (!here) return new Map()
  return new Map(selectedNames().map((name) => [name, keyOf(results.get(nodeKey(here.session, children(here.at, name))))]))
}

/** Whether some of what is selected can be frozen or unfrozen. */
export function canToggleFrozen(): boolean {
  const here = editable()
  return here !== null && make.toggleFrozen(here.level, resultKeys()).length > 0
}

/** Let stored results stand for instances whatever changes, or let these compute again. */
export function toggleFrozen(): void {
  void editLevel((level, at) => make.toggleFrozen(level, resultKeys(), at))
}

/** Put nodes elsewhere on the canvas, from where they are in the graph. */
export function moveTo(places: Places, nodes: readonly FlowNode[] = shownNodes()): Promise<boolean> {
  const here = editable('')
  return here ? edit(here.session, moving(here, places, nodes)) : Promise.resolve(false)
}

function moving({ at }: Here, places: Places, nodes: readonly FlowNode[]): Operation[] {
  return movesOf(nodes, places).flatMap(({ inside, positions }) => make.moveTo(positions, within(at, inside)))
}

/** Remove what is selected: cards, frames, notes, or a link. */
export async function removeSelected(): Promise<void> {
  const { names, link } = useSelection.getState()
  if (link) return unlinkView(linkOf(link), parent(link))
  const heir = heirOf(shownNodes(), names.at(-1) ?? '', new Set(names))
  const done = await editLevel((level, at) => [
    ...make.removeFrom(level, selectedNames(), at),
    ...boxesRemoved(names.map(nameOf), at),
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

/** The link at a path, as its level has it. */
function linkOf(id: string): LinkView | undefined {
  const here = editable(parent(id))
  return here ? linksOf(here.level).find((link) => link.id === nameOf(id)) : undefined
}

/** Take a link of a level away. */
export async function unlinkView(link: LinkView | undefined, inside: Path): Promise<void> {
  if (link) await editLevel((level, at) => make.unlink(level, link, at), inside)
  select([])
}

/** Link ports of the canvas, which are on one level. */
export function connect(from: PortRef, to: PortRef): Promise<boolean> {
  return editAround(from.name, (level, _, at, known) => make.link(level, onLevel(from), onLevel(to), known, at))
}

/** Let one link begin or end elsewhere, or several come from another output. */
export async function moveEnd(links: readonly LinkView[], from: PortRef, to: PortRef): Promise<void> {
  const [first] = links
  if (!first) return
  await editAround(from.name, (level, _, at, known) =>
    links.length > 1 ? moveLinks(level, links, onLevel(from), at) : make.reconnect(level, first, onLevel(from), onLevel(to), known, at),
  )
}

/** Move a node onto a link, and put it in there if its ports fit. */
export function insertOn(id: string, node: string, places: Places, nodes: readonly FlowNode[]): Promise<boolean> {
  const link = linkOf(id)
  const top = editable('')
  return editAround(node, (level, name, at, known) => [
    ...(top ? moving(top, places, nodes) : []),
    ...((link && make.insertOnLink(level, link, name, known, at)) ?? []),
  ])
}

/** Put a point into a link of a level, for it to go round things. */
export async function addReroute(link: LinkView, position: Point, inside: Path): Promise<void> {
  const { place } = spotAt(position, inside)
  await editLevel((level, at, known) => make.reroute(level, link, place, known, at), inside)
}

function nameAdded(one: Operation): string[] {
  if (one.op === 'add') return [one.name]
  if (one.op === 'group') return [GROUP + one.id]
  return one.op === 'note' ? [NOTE + one.id] : []
}

/** Apply operations that add instances, frames and notes to a level, then select these; gives their paths. */
export async function adding(build: (level: Graph, at: string, known: Known) => Operation[], inside: Path = levelSelected()): Promise<string[]> {
  let names: string[] = []
  const done = await editLevel((level, at, known) => {
    const operations = build(level, at, known)
    names = operations.flatMap(nameAdded).map((name) => within(inside, name))
    return operations
  }, inside)
  if (!done || names.length === 0) return []
  select(names)
  const [first] = names.filter((name) => !isBox(name))
  focusCard(first ?? names[0] ?? '')
  return names
}

export function addNodeAt(type: string, position: Point): Promise<string[]> {
  const { inside, place } = spotAt(position)
  noteRecent(type)
  return adding((level, at, { catalogue }) => make.addNode(level, type, place, catalogue, at), inside)
}

export function duplicateSelected(): Promise<string[]> {
  return adding((level, at) => make.duplicate(level, useSelection.getState().names.map(nameOf), at))
}

/** What is selected, as text for the clipboard; empty when nothing is. */
export function copied(): string {
  const here = editable()
  const { names } = useSelection.getState()
  return here && names.length > 0 ? clipText(copy(here.level, names.map(nameOf))) : ''
}

/** Half of a usual card, by which what is pasted reaches over the corner of its last card. */
const HALF: Readonly<Point> = [120, 80]

/** Paste what was copied with its middle at the place that is meant; false when the text holds nothing that was. */
export async function pasteText(text: string): Promise<boolean> {
  const clip = readClip(text)
  if (!clip) return openText(text)
  const { inside, place: [x, y] } = spotAt(meantPlace(), meantLevel())
  if (!editable(inside)) return false
  const [across, down] = spreadOf(clip)
  const corner: Point = [Math.round(x - across / 2 - HALF[0]), Math.round(y - down / 2 - HALF[1])]
  await adding((level, at) => paste(level, clip, at, corner), inside)
  return true
}

/** Open the text of a graph file in a tab of its own; whether it is one. */
async function openText(text: string): Promise<boolean> {
  const document = readGraph(text)
  if (document) await open({ document: document as Record<string, JsonValue> }).catch(tell)
  return document !== null
}

/** Frame what is selected, and name the frame. */
export async function groupSelected(): Promise<void> {
  const id = make.newId()
  const inside = levelSelected()
  const done = await editLevel((level, at) => make.group(level, selectedNames(), sizesOn(inside), t('canvas.group'), at, '', id))
  if (done) writeInto(within(inside, GROUP + id))
}

/** Add a note, and write into it. */
export async function addNote({ inside, place }: Spot = meantSpot()): Promise<void> {
  const id = make.newId()
  if (await editLevel((_, at) => make.note('', place, at, id), inside)) writeInto(within(inside, NOTE + id))
}

export function addLoop({ inside, place }: Spot = meantSpot()): Promise<string[]> {
  return adding((level, at) => make.addLoop(level, place, at), inside)
}

const meantSpot = () => spotAt(meantPlace(), meantLevel())

/** Make what is selected a subgraph, and select that. */
export async function embedSelected(): Promise<void> {
  let made = ''
  const inside = levelSelected()
  const done = await editLevel((level, at) => {
    const operations = make.embed(level, selectedNames(), at)
    for (const one of operations) if (one.op === 'embed') made = one.name
    return operations
  })
  if (done && made) take(within(inside, made))
}

/** Make what is selected the body of a loop, and select that; told when it can't be. */
export async function loopSelected(): Promise<void> {
  let made: string | undefined
  const inside = levelSelected()
  const { looping } = await import('./framing')
  const done = await editLevel((level, at, known) => {
    const operations = looping(level, selectedCards(), known, at)
    if (!operations) notify({ kind: 'warn', text: t('canvas.noLoop') })
    made = operations?.flatMap(nameAdded)[0]
    return operations ?? []
  })
  if (done && made !== undefined) take(within(inside, made))
}

/** Select what stands in the place of what had the keyboard. */
function take(id: string): void {
  select([id])
  announce(t('canvas.made', { name: nameOf(id) }))
  focusSoon(id)
}

/** Put what is inside a subgraph in its place, and select that. */
export async function unpackSelected(): Promise<void> {
  const [id] = selectedCards()
  if (id === undefined) return
  const inside = parent(id)
  const before = editable(inside)?.level.nodes
  if (!(await editAround(id, (_, name, at) => make.unpack(name, at)))) return
  const came = Object.keys(editable(inside)?.level.nodes ?? {}).filter((name) => !entry(before, name))
  select(came.map((name) => within(inside, name)))
  focusSoon(came[0] === undefined ? inside : within(inside, came[0]))
}

export function exposeInput(id: string, port: string): void {
  void editAround(id, (level, name, at, known) => make.exposeInput(level, name, port, known, at))
}

export function exposeOutput(id: string, port: string): void {
  void editAround(id, (level, name, at) => make.exposeOutput(level, name, port, at))
}

/** Let an input that the level of a port has feed it. */
export function feedFrom(input: string, to: PortRef): void {
  void connect({ name: within(parent(to.name), INPUTS), port: input }, to)
}

/** Ask for another title of a card, or name where it has no title of its own; a frame or note is written into. */
export async function renameSelected(): Promise<void> {
  const [id = ''] = useSelection.getState().names
  const [inside, name] = [parent(id), nameOf(id)]
  const here = editable(inside)
  if (!id || !here) return
  if (isBox(id)) return writeInto(id)
  const title = entry(here.level.nodes, name)?.title
  if (title) return retitle(id, title)
  const wanted = await prompt({
    title: t('canvas.rename'),
    label: t('canvas.name'),
    value: name,
    action: t('canvas.rename'),
    check: (text) => nameFault(editable(inside)?.level ?? null, text, name),
  })
  if (wanted && (await editAround(id, (level, own, at) => make.rename(level, own, wanted, at)))) {
    const now = within(inside, wanted.trim())
    select([now])
    focusSoon(now)
  }
}

async function retitle(id: string, title: string): Promise<void> {
  const wanted = await prompt({ title: t('canvas.rename'), label: t('canvas.title'), value: title, action: t('canvas.rename') })
  if (wanted !== null) await editAround(id, (_, name, at) => make.setTitle(name, wanted, at))
}

const sizeOf = (node: FlowNode): Point => [node.width ?? 0, node.height ?? 0]
const sizes = () => new Map(shownNodes().map((node) => [node.id, sizeOf(node)]))
const places = () => new Map(shownNodes().map((node) => [node.id, [node.position.x, node.position.y] as Point]))

/** Sizes of the nodes of a level, by the names that they have there. */
function sizesOn(inside: Path): Map<string, Point> {
  return new Map(shownNodes().flatMap((node) => (parent(node.id) === inside ? [[nameOf(node.id), sizeOf(node)]] : [])))
}

/** Arrange the level of what is selected from left to right. */
export async function arrange(): Promise<void> {
  const edit = arranged()
  expectPlaces(edit)
  await edit
}

async function arranged(): Promise<void> {
  const { autoLayout, arrange: operations } = await import('../graph/layout')
  const here = editable()
  if (!here) return
  const layout = await autoLayout(here.level, sizesOn(here.inside))
  await editLevel((_, at) => operations(here.level, layout, at), here.inside)
}

export async function alignSelected(edge: Edge): Promise<void> {
  const layout = await import('../graph/layout')
  await moveTo(layout.align(selectedCards(), edge, places(), sizes()))
}

export async function distributeSelected(direction: 'across' | 'down'): Promise<void> {
  const layout = await import('../graph/layout')
  await moveTo(layout.distribute(selectedCards(), direction, places(), sizes()))
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
  if (sure !== 'clear') return
  const done = await editLevel((_, at) => [...make.removeAll(names, at), ...boxesRemoved(boxes, at)], here.inside)
  if (done) focusCard(here.inside)
}

/** Select all that is on the level of what is selected. */
export function selectAll(): void {
  const inside = levelSelected()
  select(shownNodes().flatMap(({ id }) => (parent(id) === inside ? [id] : [])))
}

/** Select what is linked with what is selected, straight or through others: all before it, or all after. */
export function selectLinked(side: 'before' | 'after'): void {
  const here = editable()
  if (here) select([...linkedWith(linksOf(here.level), selectedNames(), side)].map((name) => within(here.inside, name)))
}

/** Make the selected cards, frames and notes larger or smaller; a card stays as large as its ports need. */
export function grow(dx: number, dy: number): void {
  const names = new Set(useSelection.getState().names)
  const nodes = shownNodes().filter((node) => names.has(node.id) && node.type !== 'reroute' && node.type !== 'frame')
  void editLevel((level, at) =>
    nodes.flatMap((node) => {
      const size: Point = [Math.max(120, (node.width ?? 0) + dx), Math.max(60, (node.height ?? 0) + dy)]
      const name = nameOf(node.id)
      return isBox(name) ? boxChanged(level, name, { size }, at) : make.resize(level, name, size, at)
    }),
  )
}

/** Let the selected cards be as large as they need. */
export function ownSize(): void {
  void editLevel((level, at) => selectedNames().flatMap((name) => make.resize(level, name, null, at)))
}
