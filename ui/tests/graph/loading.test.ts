import { describe, expect, it } from 'vitest'
import { filePort, loaderOf } from '../../src/graph/loading'
import { catalogueOf } from '../../src/graph/ports'
import type { InputPortRecord, NodeRecord } from '../../src/protocol'

function port(schema: InputPortRecord['schema'], more: Partial<InputPortRecord> = {}): InputPortRecord {
  const flags = { required: true, optional: false, variadic: false, lazy: false }
  return { type: 'File', shape: {}, help: '', param: true, schema, ...flags, ...more }
}

const file = (...suffixes: string[]) => port({ widget: 'file', root: 'files', suffixes })

function node(id: string, inputs: NodeRecord['inputs']): NodeRecord {
  return { id, help: '', version: 1, pack: '', pack_version: '', licence: '', pure: true, inputs, outputs: {} }
}

const CATALOGUE = catalogueOf({
  nodes: [
    node('image.describe', { file: file('.png') }),
    node('image.load', { file: file('.png', '.jpg'), page: port({ type: 'integer' }, { required: false }) }),
    node('image.load_folder', { folder: { ...file('.png'), type: 'Folder' } }),
    node('text.lines', { file: file('.txt') }),
    node('load.model', { file: port({ widget: 'file', root: 'models', suffixes: ['.pt'] }) }),
    node('train.on', { start: file('.npz'), steps: port({ type: 'integer' }) }),
  ],
  broken: {},
  licences: {},
  fits: {},
})

describe('a file is loaded by the node', () => {
  it.each([
    ['tom.png', 'image.load'],
    ['tom.JPEG', 'image.load'],
    ['names.csv', 'text.lines'],
    ['model.pt', undefined],
    ['start.npz', undefined],
    ['tom', undefined],
  ])('that takes %s', (name, expected) => {
    expect(loaderOf(CATALOGUE, name)?.node.id).toBe(expected)
  })
})

it('goes to the first port that takes it', () => {
  const inputs = { model: port({ widget: 'file', root: 'models', suffixes: ['.png'] }), text: port({}), picture: file('.png') }
  expect(filePort(inputs, 'tom.png')).toBe('picture')
  expect(filePort(inputs, 'tom.txt')).toBeNull()
})
