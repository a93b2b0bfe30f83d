/** Bringing a graph, or only its values, back to what they were: as writes that can be taken back. */

import { entry, instanceAt, isRecord, nameOf, parent, splitPort } from '../../graph/level'
import { same } from '../../graph/patch'
import type { Graph, Instance, JsonValue, Operation, Patch, Write } from '../../protocol'
import { setInput } from '../FormView/inputs'

type Table = Readonly<Record<string, JsonValue>>

const KEYED = new Set(['params', 'links', 'carry'])

/**
 * What makes a graph into that of a run; null when nothing differs.
 *
 * Positions are kept, but for instances that come back. So are title, help and licence.
 */
export function patchBetween(now: Graph, run: Graph): Patch | null {
  const then = withReferences(run, now)
  const writes = [
    ...nodeWrites(now.nodes ?? {}, then.nodes ?? {}),
    ...tableWrites(['inputs'], tableOf(now.inputs), tableOf(then.inputs)),
    ...tableWrites(['outputs'], tableOf(now.outputs), tableOf(then.outputs)),
    ...viewWrites(now, then),
  ]
  return writes.length > 0 ? { op: 'patch', at: '', writes } : null
}

/**
 * The graph of a run, which has its subgraphs embedded, with references where another graph has them.
 *
 * What stood in the file when it ran is not told by this; the run's own graph tells it.
 */
export function withReferences(run: Graph, other: Graph): Graph {
  const nodes = Object.entries(run.nodes ?? {}).map(([name, instance]): [string, Instance] => {
    const kept = entry(other.nodes, name)
    if (!instance.graph || !kept) return [name, instance]
    if (kept.ref && !instance.ref) return [name, referTo(instance, kept.ref)]
    return kept.graph
      ? [name, { ...instance, graph: withReferences(instance.graph, kept.graph) }]
      : [name, instance]
  })
  return { ...run, nodes: Object.fromEntries(nodes) }
}

function referTo(instance: Instance, ref: string): Instance {
  const referring = { ...instance, ref }
  delete referring.graph
  return referring
}

function nodeWrites(
  now: Readonly<Record<string, Instance>>,
  then: Readonly<Record<string, Instance>>,
): Write[] {
  const names = new Set([...Object.keys(now), ...Object.keys(then)])
  return [...names].flatMap((name) => {
    const before = entry(now, name)
    const after = entry(then, name)
    if (before && after) return instanceWrites(name, before, after)
    return [write(['nodes', name], before && json(before), after && json(after))]
  })
}

function instanceWrites(name: string, now: Instance, then: Instance): Write[] {
  const before = tableOf(now)
  const after = tableOf(then)
  const fields = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...fields].flatMap((field) => {
    if (KEYED.has(field))
      return tableWrites(['nodes', name, field], tableOf(before[field]), tableOf(after[field]))
    return same(before[field], after[field])
      ? []
      : [write(['nodes', name, field], before[field], after[field])]
  })
}

function viewWrites(now: Graph, then: Graph): Write[] {
  const view = tableOf(now.view)
  const old = tableOf(then.view)
  const back = Object.keys(then.nodes ?? {}).filter(
    (name) => !entry(now.nodes, name) && old[name] !== undefined,
  )
  const gone = Object.keys(now.nodes ?? {}).filter(
    (name) => !entry(then.nodes, name) && view[name] !== undefined,
  )
  return [
    ...back.map((name) => write(['view', name], view[name], old[name])),
    ...gone.map((name) => write(['view', name], view[name], undefined)),
  ]
}

function tableWrites(where: string[], now: Table, then: Table): Write[] {
  const keys = new Set([...Object.keys(now), ...Object.keys(then)])
  return [...keys]
    .filter((key) => !same(now[key], then[key]))
    .map((key) => write([...where, key], now[key], then[key]))
}

function write(where: string[], old: JsonValue | undefined, now: JsonValue | undefined): Write {
  return { where, old: old === undefined ? [] : [old], new: now === undefined ? [] : [now] }
}

const json = (instance: Instance) => instance as unknown as JsonValue
const tableOf = (value: unknown): Table => (isRecord(value) ? (value as Table) : {})

/**
 * What gives a graph the values of a run.
 *
 * Args:
 *   then: The run's graph: tells where an input led that the graph does not have by now.
 */
export function valueOperations(now: Graph, values: Table, then: Graph): Operation[] {
  return Object.entries(values).flatMap(([name, value]): Operation[] => {
    const declared = entry(now.inputs, name)
    if (declared) {
      if (same(declared.default, value)) return []
      return setInput(now, name, value)
    }
    const targets = name.includes('.') ? [name] : (entry(then.inputs, name)?.to ?? [])
    return targets.flatMap((target): Operation[] => {
      const { name: path, port } = splitPort(target)
      const instance = instanceAt(now, path)
      if (!instance || same(instance.params?.[port], value)) return []
      const at = parent(path)
      return [{ op: 'set_param', ...(at ? { at } : {}), name: nameOf(path), port, value }]
    })
  })
}
