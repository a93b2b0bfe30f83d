import { describe, expect, it } from 'vitest'
import { catalogueOf, interfaceOf } from '../../../src/graph/ports'
import { loaderOf, loadersOf, modelPort, textPort } from '../../../src/panels/Models/ports'
import type { Graph, InputPortRecord, NodeRecord } from '../../../src/protocol'
import { model } from '../../widgets/model'

function port(schema: InputPortRecord['schema'], more: Partial<InputPortRecord> = {}): InputPortRecord {
  const flags = { required: false, optional: false, variadic: false, lazy: false }
  return { type: 'File', shape: {}, help: '', param: true, schema, ...flags, ...more }
}

const file = (suffix: string, ...kinds: string[]) => port({ type: 'string', widget: 'file', root: 'models', suffixes: [suffix], kinds })
const linked = port({}, { type: 'UNet', param: false, required: true })
const line = port({ type: 'string' })
const prompt = port({ type: 'string', widget: 'text' })

function node(id: string, inputs: NodeRecord['inputs']): NodeRecord {
  return { id, help: '', version: 1, pack: '', pack_version: '', licence: '', pure: true, inputs, outputs: {} }
}

const CATALOGUE = catalogueOf({
  nodes: [
    node('load.anything', { file: file('.safetensors') }),
    node('load.sdxl', { file: file('.safetensors', 'checkpoint') }),
    node('load.single_file', { file: file('.safetensors', 'checkpoint'), vae: file('.safetensors', 'vae') }),
    node('load.vae', { file: file('.safetensors', 'vae') }),
    node('lora.apply', { unet: linked, file: file('.safetensors', 'lora') }),
    node('text.encode', { title: line, text: prompt }),
  ],
  broken: {},
  licences: {},
  fits: {},
})
const loaders = (kind: string, family = '') => loadersOf(CATALOGUE, model('a.safetensors', { kind, family })).map(({ node }) => node.id)

describe('a model is loaded by the nodes', () => {
  it('that are for its kind', () => expect(loaders('lora')).toEqual(['lora.apply']))
  it('that are for any kind, if none is for its own', () => expect(loaders('controlnet')).toEqual(['load.anything']))
  it('that are for it in the first place, before those that also take it', () => {
    expect(loaders('vae')).toEqual(['load.vae', 'load.single_file'])
  })
  it('that are called by its family, before others', () => {
    expect(loaders('checkpoint', 'sdxl')).toEqual(['load.sdxl', 'load.single_file'])
    expect(loaders('checkpoint', 'single-file')).toEqual(['load.single_file', 'load.sdxl'])
    expect(loaders('checkpoint', 'sd')).toEqual(['load.sdxl', 'load.single_file'])
  })
  it('that read such files', () => expect(loadersOf(CATALOGUE, model('a.gguf', { kind: 'lora' }))).toEqual([]))
})

describe('a folder of one family', () => {
  const folder = (...families: string[]) => port({ type: 'string', widget: 'file', root: 'models', suffixes: ['.json'], kinds: ['pipeline'], families }, { type: 'Folder' })
  const catalogue = catalogueOf({
    nodes: [node('load.diffusers', { folder: folder() }), node('load.karlo', { folder: folder('unclip') }), node('load.noising', { folder: folder('if', 'sd-x4') })],
    broken: {},
    licences: {},
    fits: {},
  })
  const loading = (family: string) => loadersOf(catalogue, model('a', { format: 'diffusers', kind: 'pipeline', family })).map(({ node: { id } }) => id)

  it('is loaded by the nodes that are for it, before those that are for any', () => {
    expect(loading('unclip')).toEqual(['load.karlo', 'load.diffusers'])
    expect(loading('if')).toEqual(['load.noising', 'load.diffusers'])
  })
  it('is not offered to those that read another model, whose configs it may hold', () => {
    const config = node('load.file', { file: port({ widget: 'file', root: 'models', type: 'string', kinds: ['checkpoint'] }, { required: true }), config: folder() })
    const nodes = catalogueOf({ nodes: [config], broken: {}, licences: {}, fits: {} })
    expect(loadersOf(nodes, model('a', { format: 'diffusers', kind: 'pipeline' }))).toEqual([])
  })
  it('is not offered to those that are for others', () => expect(loading('kandinsky-prior')).toEqual(['load.diffusers']))
})

describe('a model comes with the node', () => {
  const loader = (kind: string) => loaderOf(CATALOGUE, model('a.safetensors', { kind }))?.node.id
  it('that says it is for its kind', () => expect(loader('vae')).toBe('load.vae'))
  it('and with none while its kind is not known, or none is for it', () => {
    expect([loader('unknown'), loader('controlnet')]).toEqual([undefined, undefined])
  })
})

describe('a model goes to the port', () => {
  const { inputs } = CATALOGUE.nodes.get('load.single_file') ?? node('', {})
  it('that names its kind', () => expect(modelPort(inputs, model('a.safetensors', { kind: 'vae' }))).toBe('vae'))
  it('that comes first while its kind is not known', () => expect(modelPort(inputs, model('a.safetensors'))).toBe('file'))
  it('and to none that is for others', () => expect(modelPort(inputs, model('a.safetensors', { kind: 'upscaler' }))).toBeNull())
})

describe('words go to the port', () => {
  const level = (graph: Partial<Graph>): Graph => ({ knotwork: 1, ...graph })
  const at = (graph: Graph) => {
    const instance = graph.nodes?.['encode']
    const face = instance && interfaceOf(instance, 'encode', CATALOGUE, {})
    return instance && face ? textPort(graph, 'encode', instance, face) : undefined
  }
  const type = 'text.encode'
  it('that takes many lines, with what is typed there', () => {
    expect(at(level({ nodes: { encode: { type, params: { text: 'apple' } } } }))).toMatchObject({ port: 'text', input: '', text: 'apple' })
  })
  it('that an input of the graph feeds, with its default', () => {
    const graph = level({ inputs: { prompt: { to: ['encode.text'], default: 'pear' } }, nodes: { encode: { type } } })
    expect(at(graph)).toMatchObject({ port: 'text', input: 'prompt', text: 'pear' })
  })
  it('that nothing is linked to', () => {
    const graph = level({ nodes: { encode: { type, links: { text: 'other.out' } }, other: { type } } })
    expect(at(graph)).toMatchObject({ port: 'title' })
  })
})
