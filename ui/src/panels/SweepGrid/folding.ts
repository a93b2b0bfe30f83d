/** Params that were inputs of a graph only while a sweep of them was queued: marked, and made params again. */

import { entry, isRecord, splitPort } from '../../graph/level'
import type { Graph, Instance, JsonValue, Operation } from '../../protocol'

/** The entry of a view that names such inputs; no instance can be called so. */
const SWEPT = '.swept'

/** Marks inputs as made for a sweep, or with `old` and nothing new takes that back. */
export function marking(old: readonly string[], now: readonly string[]): Operation {
  const told = (names: readonly string[]): JsonValue[] => (names.length > 0 ? [[...names]] : [])
  return { op: 'patch', at: '', writes: [{ where: ['view', SWEPT], old: told(old), new: told(now) }] }
}

/** The graph of a run as it was before its sweep made inputs of params, with the values that they had. */
export function folded(graph: Graph): Graph {
  const marked = isRecord(graph.view) ? graph.view[SWEPT] : undefined
  if (!Array.isArray(marked)) return graph
  const swept = new Set<unknown>(marked)
  const nodes: Record<string, Instance> = { ...graph.nodes }
  for (const [name, { to, default: value }] of Object.entries(graph.inputs ?? {})) {
    if (swept.has(name) && value !== undefined) for (const target of to ?? []) setParam(nodes, target, value)
  }
  const inputs = without(graph.inputs, (name) => swept.has(name))
  return { ...graph, inputs, nodes, view: without(graph.view, (name) => name === SWEPT) }
}

function without<T>(table: Readonly<Record<string, T>> | undefined, left: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(table ?? {}).filter(([name]) => !left(name)))
}

function setParam(nodes: Record<string, Instance>, target: string, value: JsonValue): void {
  const { name, port } = splitPort(target)
  const instance = entry(nodes, name)
  if (instance) nodes[name] = { ...instance, params: { ...instance.params, [port]: value } }
}
