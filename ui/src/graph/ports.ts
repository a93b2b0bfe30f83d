/** The ports of an instance: a node's from the catalogue, a subgraph's and a loop's from the server. */

import type {
  CatalogueRecord,
  Graph,
  GraphInput,
  InputPortRecord,
  Instance,
  InterfaceRecord,
  JsonValue,
  NodeRecord,
  OutputPortRecord,
} from '../protocol'
import { entry, splitPort } from './level'
import { isLink, type PortRef } from './links'
import { describe, readShape, type Fits, type Shape } from './types'

/** Id of the type that repeats its body. */
export const LOOP = 'flow.loop'
/** Id of the node that a link is led through. */
export const REROUTE = 'flow.reroute'

/** The ports of an instance, with what it is called and does. */
export interface Interface {
  inputs: Record<string, InputPortRecord>
  outputs: Record<string, OutputPortRecord>
  title: string
  help: string
  /** What the server says it is; a node that the catalogue tells has none. */
  kind?: InterfaceRecord['kind']
  /** Type variable → model family, as the files say that are typed into a loader. */
  families?: InterfaceRecord['families']
}

/** The nodes that are installed, and which class fits which. */
export interface Catalogue {
  nodes: ReadonlyMap<string, NodeRecord>
  fits: Fits
}

/** What tells the ports of a level's instances: the nodes, and the interfaces of its subgraphs and loops. */
export interface Known {
  catalogue: Catalogue
  interfaces: Readonly<Record<string, Interface>>
  /** Instance → variable → the model family that its file names, as far as that is known. */
  families?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /** What the inner ports of a frame around the level give and take; a level without one has none. */
  border?: Border | undefined
}

/** The inner ports of a frame. */
export interface Border {
  /** Those that what is inside can read, with what they give. */
  inputs: Readonly<Record<string, Shape>>
  /** Those that what is inside can be led to. */
  outputs: readonly string[]
}

/** Make the server's record ready to be asked. */
export function catalogueOf(record: CatalogueRecord): Catalogue {
  return {
    nodes: new Map(record.nodes.map((node) => [node.id, node])),
    fits: new Map(Object.entries(record.fits).map(([name, others]) => [name, new Set(others)])),
  }
}

/**
 * The ports of an instance; null when its node is not installed, or the server has not told them yet.
 *
 * What is null is drawn by `placeholderOf`.
 */
export function interfaceOf(
  instance: Instance,
  name: string,
  catalogue: Catalogue,
  interfaces: Readonly<Record<string, Interface>>,
): Interface | null {
  if (isLevel(instance)) {
    const told = entry(interfaces, name)
    return told && told.kind !== 'missing' ? { ...told, title: instance.title || told.title || name } : null
  }
  const node = catalogue.nodes.get(instance.type ?? '')
  if (!node) return null
  const plain = { inputs: node.inputs, outputs: node.outputs, title: instance.title || name, help: node.help }
  return instance.over?.length ? lifted(plain, new Set(instance.over)) : plain
}

/** Whether a port takes several links. */
export function isVariadic(instance: Instance, port: PortRef, known: Known): boolean {
  const ports = interfaceOf(instance, port.name, known.catalogue, known.interfaces)
  const record = ports && entry(ports.inputs, port.port)
  return record ? record.variadic : Array.isArray(entry(instance.links, port.port))
}

/** Whether an instance holds a graph: a subgraph or a loop, embedded or as a file. */
export function isLevel(instance: Instance): boolean {
  return Boolean(instance.graph) || Boolean(instance.ref) || instance.type === LOOP
}

/** The first port that a graph's input feeds and that is known: it tells what the input takes. */
export function portOfInput(level: Graph, declared: GraphInput, known: Known): InputPortRecord | null {
  for (const text of declared.to ?? []) {
    const { name, port } = splitPort(text)
    const instance = entry(level.nodes, name)
    const face = instance && interfaceOf(instance, name, known.catalogue, known.interfaces)
    const found = face && entry(face.inputs, port)
    if (found) return found
  }
  return null
}

/**
 * What can be drawn of an instance whose node is missing: the ports that are in use.
 *
 * Args:
 *   outputs: Those that something reads; see `readOutputs`.
 */
export function placeholderOf(instance: Instance, name: string, outputs: Iterable<string> = []): Interface {
  const used = [instance.params, instance.links, instance.carry].flatMap((table) => Object.keys(table ?? {}))
  const own = (['items', 'count'] as const).filter((port) => isLink(instance[port]))
  const given = [...used, ...own].map((port): [string, InputPortRecord] => [
    port,
    { ...unknownInput(), ...typedInput(instance.params?.[port]) },
  ])
  const read = [...outputs].map((port): [string, OutputPortRecord] => [
    port,
    { type: 'anything', shape: {}, help: '' },
  ])
  return {
    inputs: Object.fromEntries(given),
    outputs: Object.fromEntries(read),
    title: instance.title || name,
    help: '',
  }
}

/** What can be told of a port by the value that is typed into it; of tables and lists, nothing. */
function typedInput(value: JsonValue | undefined): Partial<InputPortRecord> {
  const type = { string: 'string', number: 'number', boolean: 'boolean' }[typeof value as string]
  return type ? { param: true, schema: { type } } : {}
}

/** Type of an input port, with variables that belong to nobody yet. */
export function shapeOf(port: InputPortRecord | OutputPortRecord): Shape {
  const known = shapes.get(port)
  if (known) return known
  const shape = readShape(port.shape)
  shapes.set(port, shape)
  return shape
}

const shapes = new WeakMap<InputPortRecord | OutputPortRecord, Shape>()

/** An instance that runs for each item takes lists at the lifted ports, and gives lists everywhere. */
function lifted(plain: Interface, over: ReadonlySet<string>): Interface {
  const inputs = Object.entries(plain.inputs).map(([name, port]): [string, InputPortRecord] => [
    name,
    over.has(name) ? listedInput(port) : port,
  ])
  const outputs = Object.entries(plain.outputs).map(([name, port]): [string, OutputPortRecord] => [
    name,
    { ...port, ...listed(port) },
  ])
  return { ...plain, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) }
}

function listedInput(port: InputPortRecord): InputPortRecord {
  const items = { ...port.schema }
  delete items['default']
  const schema: { [k: string]: JsonValue } = port.param ? { type: 'array', items } : {}
  return { ...port, ...listed(port), required: true, optional: false, schema }
}

function listed(port: OutputPortRecord): { type: string; shape: { [k: string]: JsonValue } } {
  return { type: `list of ${describe(shapeOf(port))}`, shape: { list: port.shape } }
}

function unknownInput(): InputPortRecord {
  return {
    type: 'anything',
    shape: {},
    help: '',
    required: false,
    optional: true,
    variadic: false,
    lazy: false,
    param: false,
    schema: {},
  }
}
