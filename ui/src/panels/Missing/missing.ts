/** What an opened graph needs that is not here: nodes, files of models, graphs it refers to. */

import { entry, instanceAt, nameOf, parent } from '../../graph/level'
import { interfaceOf, type Interface } from '../../graph/ports'
import type { Graph, InputPortRecord, JsonValue, ProblemRecord } from '../../protocol'
import { readField } from '../../widgets/schema'
import type { Catalogue } from '../../graph/ports'

/** A node that is not installed, or not in the version needed. */
export interface MissingNode {
  /** Its id; of a graph that is referred to, the file. */
  type: string
  kind: 'node' | 'version' | 'graph'
  instances: string[]
  /** What to do, in the server's words. */
  cure: string
  got: string
  /** The pack that it comes from, with its version, where the graph names it; else empty. */
  pack: string
}

/** A file that a param names and that is not found. */
export interface MissingFile {
  path: string
  port: string
  record: InputPortRecord
  value: JsonValue | undefined
  problem: ProblemRecord
  /** What the graph's maker noted on it: source, licence. */
  note: Record<string, JsonValue>
}

export interface Missing {
  nodes: MissingNode[]
  files: MissingFile[]
}

const KINDS: Readonly<Record<string, MissingNode['kind']>> = {
  'unknown-node': 'node',
  'newer-node': 'version',
  'unreadable-ref': 'graph',
}

/** A file that is not there, or is none of those that its port takes. */
const FILES = new Set(['file-missing', 'file-kind', 'file-outside', 'bad-value'])

/** Read a graph's problems for what is missing. */
export function missingOf(
  graph: Graph,
  problems: readonly ProblemRecord[],
  catalogue: Catalogue,
  interfaces: Readonly<Record<string, Record<string, Interface>>>,
): Missing {
  const nodes = new Map<string, MissingNode>()
  const files: MissingFile[] = []
  for (const problem of problems) {
    const kind = KINDS[problem.code]
    if (kind) addNode(nodes, graph, problem, kind)
    else if (FILES.has(problem.code)) files.push(...fileOf(graph, problem, catalogue, interfaces))
  }
  return { nodes: [...nodes.values()], files }
}

function addNode(
  nodes: Map<string, MissingNode>,
  graph: Graph,
  problem: ProblemRecord,
  kind: MissingNode['kind'],
): void {
  const instance = instanceAt(graph, problem.instance)
  const type = (kind === 'graph' ? instance?.ref : instance?.type) || problem.got
  const known = nodes.get(type)
  if (known) known.instances.push(problem.instance)
  else {
    const pack = kind === 'graph' ? '' : packOf(graph, type)
    nodes.set(type, { type, kind, instances: [problem.instance], cure: problem.cure, got: problem.got, pack })
  }
}

/** The pack whose prefix an id carries, as the graph names those that it was made with. */
function packOf({ packs = {} }: Graph, type: string): string {
  const name = Object.keys(packs).find((one) => type.startsWith(`${one}.`))
  if (name === undefined) return ''
  const version = packs[name]
  return typeof version === 'string' ? `${name} ${version}` : name
}

function fileOf(
  graph: Graph,
  problem: ProblemRecord,
  catalogue: Catalogue,
  interfaces: Readonly<Record<string, Record<string, Interface>>>,
): MissingFile[] {
  const { instance: path, port } = problem
  const instance = instanceAt(graph, path)
  const name = nameOf(path)
  const record =
    instance && entry(interfaceOf(instance, name, catalogue, interfaces[parent(path)] ?? {})?.inputs, port)
  if (!instance || !record) return []
  const { kind } = readField(record).form
  if (kind !== 'file' && kind !== 'model') return []
  const value = entry(instance.params, port)
  const note = typeof value === 'string' ? entry(graph.models, value) : undefined
  return [{ path, port, record, value, problem, note: isTable(note) ? note : {} }]
}

const isTable = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names the set of what is missing, so that it is told once. */
export const missingKey = ({ nodes, files }: Missing) =>
  [...nodes.map((one) => one.type), ...files.map((one) => `${one.path}.${one.port}`)].sort().join('\n')
