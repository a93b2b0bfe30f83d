/** Sweeps: which fields take which values, and where in the grid each run of the batch stands. */

import { children, entry, type Path } from '../../graph/level'
import { fedPorts, isLink } from '../../graph/links'
import { interfaceOf, type Catalogue, type Interface, type Known } from '../../graph/ports'
import type { Graph, InputPortRecord, Instance, JsonValue, Link } from '../../protocol'
import { graphInputs, readable } from '../FormView/inputs'

/** What can be swept: an input of the graph, or a param of a node, also of one inside a subgraph. */
export interface Sweepable {
  /** `name` of an input; `instance.port` of a param, `outer/instance.port` inside a subgraph. */
  id: string
  title: string
  port: InputPortRecord
  value: JsonValue | undefined
}

/** One direction of a grid. */
export interface Axis {
  id: string
  title: string
  values: JsonValue[]
}

/** As the server takes it: a batch has so many runs at most. */
export const MOST_RUNS = 1000

export const isParam = (id: string) => id.includes('.')

/** The ports of what lies on each level, as far as they are known. */
type Levels = Readonly<Record<Path, Readonly<Record<string, Interface>>>>

/** What a graph offers for sweeping: its inputs, its nodes' params, then those inside of subgraphs. */
export function sweepables(graph: Graph, catalogue: Catalogue, levels: Levels): Sweepable[] {
  const found: Sweepable[] = []
  for (const input of graphInputs(graph, { catalogue, interfaces: levels[''] ?? {} })) {
    if (input.port?.param)
      found.push({ id: input.name, title: input.title, port: input.port, value: input.value })
  }
  return [...found, ...paramsOf(graph, catalogue, levels, '', '')]
}

function paramsOf(graph: Graph, catalogue: Catalogue, levels: Levels, at: Path, before: string): Sweepable[] {
  const known = { catalogue, interfaces: levels[at] ?? {} }
  const fed = fedPorts(graph)
  const running = Object.entries(graph.nodes ?? {}).filter(([, instance]) => instance.mode !== 'mute')
  const own = running.flatMap(([name, instance]) => params({ at, name, before }, instance, known, fed.get(name)))
  const inner = running.flatMap(([name, instance]) => {
    if (!instance.graph) return []
    const title = instance.title || name
    return paramsOf(instance.graph, catalogue, levels, children(at, name), `${before}${title} › `)
  })
  return [...own, ...inner]
}

interface Place {
  at: Path
  name: string
  /** What its title begins with. */
  before: string
}

function params(
  { at, name, before }: Place,
  instance: Instance,
  known: Known,
  fed: ReadonlySet<string> | undefined,
): Sweepable[] {
  const ports = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const starts = { ...instance.carry, count: instance.count, items: instance.items }
  return Object.entries(ports?.inputs ?? {}).flatMap(([key, port]) => {
    const start = entry<JsonValue | Link | undefined>(starts, key) ?? undefined
    if (!port.param || fed?.has(key) || entry(instance.links, key) !== undefined || isLink(start)) return []
    const value = entry(instance.params, key) ?? start ?? port.schema['default']
    const title = `${before}${ports?.title ?? name} · ${readable(key)}`
    return [{ id: `${children(at, name)}.${key}`, title, port, value }]
  })
}

/** Numbers evenly spaced from one to another, both included; whole ones once each. */
export function range(from: number, to: number, count: number, whole: boolean): number[] {
  const steps = Math.max(1, Math.floor(count))
  const all = Array.from({ length: steps }, (_, step) => from + ((to - from) * step) / Math.max(1, steps - 1))
  const tidy = all.map((value) => (whole ? Math.round(value) : Number(value.toPrecision(12))))
  return [...new Set(tidy)]
}

/** How many runs a sweep makes. */
export const countOf = (axes: readonly Axis[]) =>
  axes.reduce((product, axis) => product * axis.values.length, 1)

/** A grid of cells: the last axis runs to the right, the one before it down, others make further grids. */
export interface Grid {
  columns: Axis | null
  rows: Axis | null
  /** One for each combination of the further axes. */
  pages: { label: string; cells: number[][] }[]
}

/** Where the runs of a sweep stand; a cell holds the place of its run in the batch. */
export function gridOf(axes: readonly Axis[]): Grid {
  const columns = axes.at(-1) ?? null
  const rows = axes.length > 1 ? (axes.at(-2) ?? null) : null
  const width = columns?.values.length ?? 1
  const height = rows?.values.length ?? 1
  const pages = combinations(axes.slice(0, -2)).map((label, page) => ({
    label,
    cells: Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => page * width * height + y * width + x),
    ),
  }))
  return { columns, rows, pages }
}

function combinations(axes: readonly Axis[]): string[] {
  let labels = ['']
  for (const axis of axes) {
    labels = labels.flatMap((label) =>
      axis.values.map((value) => `${label}${label ? ', ' : ''}${axis.title}: ${shown(value)}`),
    )
  }
  return labels
}

/** A value as it stands at the edge of a grid, or in a table. */
export function shown(value: JsonValue | undefined, most = 80): string {
  if (value === undefined || value === null) return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
