/** Levels of a graph: the graph itself and the graphs inside its instances, and what the view says of one. */

import type { Graph, Instance } from '../protocol'

/** Way to a level: `''` is the graph itself, `outer/inner` a graph inside a graph. */
export type Path = string
/** Two numbers of the canvas, x and y or width and height, in pixels at zoom 1. */
export type Point = [number, number]

/** A frame around instances. Its key in the view is `.group.<id>`. */
export interface GroupView {
  id: string
  title: string
  colour: string
  at: Point
  size: Point
}

/** A note on the canvas. Its key in the view is `.note.<id>`. */
export interface NoteView {
  id: string
  text: string
  colour: string
  at: Point
  size: Point
}

/** What the view of a level says, read and checked. Instances without an entry are in none of the tables. */
export interface LevelView {
  positions: Map<string, Point>
  groups: GroupView[]
  notes: NoteView[]
  sizes: Map<string, Point>
  collapsed: Set<string>
  colours: Map<string, string>
  pinned: Set<string>
  /** Whether a graph inside an instance is shown as a frame; see `isFramed` for those without an entry. */
  framed: Map<string, boolean>
}

export const GROUP = '.group.'
export const NOTE = '.note.'
export const GROUP_SIZE: Readonly<Point> = [480, 320]
export const NOTE_SIZE: Readonly<Point> = [240, 120]

/** The entry of a table, where names such as `constructor` are no entries unless somebody put them there. */
export function entry<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
}

/** The instance and the port that a source or target such as `load.vae` names. */
export function splitPort(text: string): { name: string; port: string } {
  const dot = text.indexOf('.')
  return dot < 0 ? { name: text, port: '' } : { name: text.slice(0, dot), port: text.slice(dot + 1) }
}

/** The graph at a path; null when there is none, or only a reference to a file. */
export function levelAt(graph: Graph, at: Path): Graph | null {
  let level = graph
  for (const name of at === '' ? [] : at.split('/')) {
    const inner = entry(level.nodes, name)?.graph
    if (!inner) return null
    level = inner
  }
  return level
}

/** The instance at a path such as `outer/inner/name`. */
export function instanceAt(graph: Graph, path: string): Instance | null {
  const level = levelAt(graph, parent(path))
  return (level && entry(level.nodes, nameOf(path))) ?? null
}

/** The level inside an instance; also the instance's own path. */
export function children(at: Path, name: string): Path {
  return at === '' ? name : `${at}/${name}`
}

/** The level, instance or link that is found at a path from another level; both may be empty. */
export function within(at: Path, inside: Path): Path {
  return at === '' || inside === '' ? at + inside : `${at}/${inside}`
}

/** The path from a level to what is in it; null for what is elsewhere. */
export function pathFrom(at: Path, path: Path): Path | null {
  if (at === '' || path === at) return path.slice(at.length)
  return path.startsWith(`${at}/`) ? path.slice(at.length + 1) : null
}

/** The level around a level, or the one that an instance stands in. */
export function parent(at: Path): Path {
  return at.slice(0, Math.max(0, at.lastIndexOf('/')))
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Read the view of a level; entries that are not as they should be count as not there. */
export function viewOf(level: Readonly<{ nodes?: Graph['nodes']; view?: Graph['view'] }>): LevelView {
  const view: LevelView = {
    positions: new Map(),
    groups: [],
    notes: [],
    sizes: new Map(),
    collapsed: new Set(),
    colours: new Map(),
    pinned: new Set(),
    framed: new Map(),
  }
  for (const [key, value] of Object.entries(level.view ?? {})) {
    if (!isRecord(value)) continue
    if (key.startsWith(GROUP)) view.groups.push(groupOf(key.slice(GROUP.length), value))
    else if (key.startsWith(NOTE)) view.notes.push(noteOf(key.slice(NOTE.length), value))
    else if (entry(level.nodes, key)) readInstance(view, key, value)
  }
  return view
}

function readInstance(view: LevelView, name: string, value: Record<string, unknown>): void {
  const at = pointOf(value['at'])
  const size = sizeOf(value['size'])
  if (at) view.positions.set(name, at)
  if (size) view.sizes.set(name, size)
  if (value['collapsed'] === true) view.collapsed.add(name)
  if (value['pinned'] === true) view.pinned.add(name)
  if (typeof value['framed'] === 'boolean') view.framed.set(name, value['framed'])
  if (textOf(value['colour'])) view.colours.set(name, textOf(value['colour']))
}

function groupOf(id: string, value: Record<string, unknown>): GroupView {
  const size = sizeOf(value['size']) ?? [...GROUP_SIZE]
  return { id, title: textOf(value['title']), colour: textOf(value['colour']), at: placeOf(value), size }
}

function noteOf(id: string, value: Record<string, unknown>): NoteView {
  const size = sizeOf(value['size']) ?? [...NOTE_SIZE]
  return { id, text: textOf(value['text']), colour: textOf(value['colour']), at: placeOf(value), size }
}

function placeOf(value: Record<string, unknown>): Point {
  return pointOf(value['at']) ?? [0, 0]
}

function pointOf(value: unknown): Point | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [x, y] = value as unknown[]
  return isNumber(x) && isNumber(y) ? [x, y] : null
}

function sizeOf(value: unknown): Point | null {
  const size = pointOf(value)
  return size && size[0] > 0 && size[1] > 0 ? size : null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Whether a value is an object with keys, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
