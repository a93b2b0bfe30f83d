/** Which ports a model can be given to, which nodes load it, and where its trigger words go. */

import { entry } from '../../graph/level'
import { linksOf } from '../../graph/links'
import type { Catalogue, Interface } from '../../graph/ports'
import { titleOf } from '../../graph/search'
import { typedValue } from '../../graph/typed'
import type { Graph, InputPortRecord, Instance, JsonValue, ModelRecord, NodeRecord } from '../../protocol'
import { isMeant, reads, type ModelForm } from '../../widgets/models'
import { readField } from '../../widgets/schema'

/** A node that loads a model, and the port that the model goes to. */
export interface Loader {
  readonly node: NodeRecord
  readonly port: string
  /** Whether it says that it is for models of this kind. */
  readonly named: boolean
}

/** The port that a model goes to, one that names its kind before others; null when none takes it. */
export function modelPort(inputs: Interface['inputs'], model: ModelRecord): string | null {
  const fitting = Object.keys(inputs).flatMap((port) => {
    const form = formOf(inputs[port], model)
    return form ? [{ port, named: form.kinds.includes(model.kind) }] : []
  })
  return (fitting.find(({ named }) => named) ?? fitting[0])?.port ?? null
}

/** What a port says about the models that it is for; null when it does not take this one. */
function formOf(record: InputPortRecord | undefined, model: ModelRecord): ModelForm | null {
  const form = record?.param ? readField(record).form : undefined
  return form?.kind === 'model' && reads(form, model) && isMeant(form, model) ? form : null
}

/** The nodes that can load a model: those for its kind, or, without any, those for all; of its family first. */
export function loadersOf({ nodes }: Catalogue, model: ModelRecord): Loader[] {
  const found = [...nodes.values()].flatMap((node) => {
    const port = modelPort(node.inputs, model)
    if (port === null || readsAnother(node.inputs, port)) return []
    const named = formOf(node.inputs[port], model)?.kinds.includes(model.kind) ?? false
    return [{ node, port, named, rank: rankOf(node, port, model) }]
  })
  const meant = found.some(({ named }) => named) ? found.filter(({ named }) => named) : found
  return meant.sort((one, other) => one.rank - other.rank || (one.node.id < other.node.id ? -1 : 1))
}

/** Whether a node has to be given another model before what goes to this port, such as its configs, is of use. */
function readsAnother(inputs: Interface['inputs'], port: string): boolean {
  return Object.entries(inputs).some(([name, one]) => name !== port && one.required && one.param && readField(one).form.kind === 'model')
}

/** The node that a model comes with: one that says it is for its kind. */
export function loaderOf(catalogue: Catalogue, model: ModelRecord): Loader | undefined {
  const [first] = loadersOf(catalogue, model)
  return first?.named ? first : undefined
}

/** Less for a node that is for the family or called by it, whose first port it is, and that needs little else. */
function rankOf({ id, inputs }: NodeRecord, port: string, model: ModelRecord): number {
  const { family } = model
  const meant = formOf(inputs[port], model)?.families.includes(family)
  const called = meant || (family !== '' && `_${id.replaceAll('.', '_')}_`.includes(`_${family.replaceAll('-', '_')}_`)) ? 0 : 100
  const first = Object.keys(inputs)[0] === port ? 0 : 50
  return called + first + Object.entries(inputs).filter(([name, one]) => name !== port && one.required).length
}

/** What a loader is called. */
export const loaderTitle = ({ node }: Loader) => titleOf(node.id)

/** A port that texts can be typed into: its own param, or the default of the graph's input that feeds it. */
export interface TextPort {
  readonly port: string
  /** The graph's input that feeds it; empty for none. */
  readonly input: string
  readonly text: string
}

/** Where the words of a prompt stand in an instance: in a field of many lines before others; null when nowhere. */
export function textPort(level: Graph, name: string, instance: Instance, face: Interface): TextPort | null {
  const links = linksOf(level).filter(({ target }) => target.name === name)
  const ports = Object.entries(face.inputs).flatMap(([port, record]) => {
    const { form } = readField(record)
    const link = links.find(({ target }) => target.port === port)
    if (!record.param || (form.kind !== 'text' && form.kind !== 'line') || (link && link.kind !== 'input')) return []
    const input = link?.source.port ?? ''
    const value = input ? entry(level.inputs, input)?.default : typedValue(instance, port)
    return [{ port, input, text: asText(value ?? record.schema['default']), long: form.kind === 'text' }]
  })
  return ports.find(({ long }) => long) ?? ports[0] ?? null
}

const asText = (value: JsonValue | undefined) => (typeof value === 'string' ? value : '')
