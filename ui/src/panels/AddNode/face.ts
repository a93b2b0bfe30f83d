/** The ports that a graph has when it is used as a node, as far as its document and the catalogue tell them. */

import { entry, splitPort } from '../../graph/level'
import { interfaceOf, shapeOf, type Catalogue, type Interface } from '../../graph/ports'
import { isGeneric } from '../../graph/types'
import type { Graph, GraphInput, InputPortRecord, OutputPortRecord } from '../../protocol'

const DEPTH = 16

/**
 * The ports of a graph. Their types are those of the ports inside that they lead to; where these have variables,
 * or stand in another file, anything may fit, and the server says after linking whether it does.
 */
export function faceOf(graph: Graph, catalogue: Catalogue, depth = 0): Interface {
  const inside = innerFaces(graph, catalogue, depth)
  const inputs = Object.entries(graph.inputs ?? {}).map(([name, declared]): [string, InputPortRecord] => {
    const { name: owner, port } = splitPort(declared.to?.[0] ?? '')
    return [name, inputOf(declared, entry(inside(owner)?.inputs, port))]
  })
  const outputs = Object.entries(graph.outputs ?? {}).map(([name, source]): [string, OutputPortRecord] => {
    const { name: owner, port } = splitPort(source)
    return [name, outputOf(entry(inside(owner)?.outputs, port))]
  })
  return {
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    title: graph.title ?? '',
    help: graph.help ?? '',
  }
}

function innerFaces(graph: Graph, catalogue: Catalogue, depth: number): (name: string) => Interface | null {
  const known = new Map<string, Interface | null>()
  return (name) => {
    const told = known.get(name)
    if (told !== undefined) return told
    const instance = entry(graph.nodes, name)
    const inner = depth < DEPTH && instance && !instance.type && instance.graph
    const found = inner
      ? faceOf(inner, catalogue, depth + 1)
      : instance
        ? interfaceOf(instance, name, catalogue, {})
        : null
    known.set(name, found)
    return found
  }
}

const ANY: InputPortRecord = {
  type: 'anything',
  shape: {},
  help: '',
  required: true,
  optional: false,
  variadic: false,
  lazy: false,
  param: false,
  schema: {},
}

function inputOf(declared: GraphInput, inner: InputPortRecord = ANY): InputPortRecord {
  const known = isGeneric(shapeOf(inner)) ? { ...inner, shape: {} } : inner
  const help = declared.help || declared.title || inner.help
  const plain = { ...known, help, variadic: false, lazy: false, optional: declared.default === null }
  if (declared.default === undefined) return { ...plain, required: true, schema: {} }
  return { ...plain, required: false, schema: { ...known.schema, default: declared.default } }
}

function outputOf(inner: OutputPortRecord | undefined): OutputPortRecord {
  if (!inner) return { type: 'anything', shape: {}, help: '' }
  return isGeneric(shapeOf(inner)) ? { ...inner, shape: {} } : inner
}
