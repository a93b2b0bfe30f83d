/** Sweeps: which fields take which values, and where in the grid each run of the batch stands. */

import { entry, splitPort } from '../../graph/level'
import { fedPorts } from '../../graph/links'
import { interfaceOf, type Known } from '../../graph/ports'
import type { Graph, InputPortRecord, Instance, JsonValue, Operation } from '../../protocol'
import { graphInputs, readable } from '../FormView/inputs'
import { marking } from './folding'

/** What can be swept: an input of the graph, or a param of a node on its own level. */
export interface Sweepable {
  /** `name` of an input, `instance.port` of a param. */
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

/** What a graph offers for sweeping, its inputs first. */
export function sweepables(graph: Graph, known: Known): Sweepable[] {
  const found: Sweepable[] = []
  for (const input of graphInputs(graph, known)) {
    if (input.port?.param)
      found.push({ id: input.name, title: input.title, port: input.port, value: input.value })
  }
  const fed = fedPorts(graph)
  for (const [name, instance] of Object.entries(graph.nodes ?? {})) {
    found.push(...params(name, instance, known).filter(({ id }) => !fed.get(name)?.has(splitPort(id).port)))
  }
  return found
}

function params(name: string, instance: Instance, known: Known): Sweepable[] {
  const ports = interfaceOf(instance, name, known.catalogue, known.interfaces)
  return Object.entries(ports?.inputs ?? {}).flatMap(([key, port]) => {
    if (!port.param || entry(instance.links, key) !== undefined) return []
    const value = entry(instance.params, key) ?? port.schema['default']
    return [{ id: `${name}.${key}`, title: `${ports?.title ?? name} · ${readable(key)}`, port, value }]
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

/** Edits that make inputs of the params to sweep for as long as it takes to submit them. */
export interface Exposure {
  /** Id of an axis → name of the input. */
  names: Map<string, string>
  before: Operation[]
  after: Operation[]
}

export function exposure(graph: Graph, axes: readonly Axis[]): Exposure {
  const taken = new Set(Object.keys(graph.inputs ?? {}))
  const made: Exposure = { names: new Map(), before: [], after: [] }
  for (const axis of axes) {
    if (!isParam(axis.id)) {
      made.names.set(axis.id, axis.id)
      continue
    }
    const { name, port } = splitPort(axis.id)
    const input = freeName(`${name}_${port}`.replaceAll('.', '_'), taken)
    taken.add(input)
    made.names.set(axis.id, input)
    const value = entry(entry(graph.nodes, name)?.params, port)
    if (value !== undefined) made.before.push({ op: 'unset_param', name, port })
    const declared = { to: [axis.id], title: axis.title, ...(value === undefined ? {} : { default: value }) }
    made.before.push({ op: 'expose_input', name: input, input: declared })
    made.after.push({ op: 'unexpose_input', name: input })
    if (value !== undefined) made.after.push({ op: 'set_param', name, port, value })
  }
  const marked = axes.filter(({ id }) => isParam(id)).map(({ id }) => made.names.get(id) ?? id)
  if (marked.length > 0) {
    made.before.push(marking([], marked))
    made.after.push(marking(marked, []))
  }
  return made
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`
}

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
