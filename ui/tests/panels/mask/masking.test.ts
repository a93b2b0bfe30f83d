import { describe, expect, test } from 'vitest'
import { pictureGiven } from '../../../src/graph/loading'
import { loadedFor, maskOperations, placeBelow } from '../../../src/panels/Mask/masking'
import { originOf, withOrigin } from '../../../src/panels/Mask/origin'
import type { Catalogue, Interface } from '../../../src/graph/ports'
import type { InputPortRecord, NodeRecord } from '../../../src/protocol'

const port = (schema: InputPortRecord['schema'], param = true): InputPortRecord => ({
  type: 'File', shape: {}, help: '', required: true, optional: false, variadic: false, lazy: false, param, schema,
})
const face = (inputs: Record<string, InputPortRecord>) => ({ title: '', help: '', inputs, outputs: {} }) as unknown as Interface
const node = (id: string, version: number): NodeRecord => ({
  id, version, pack: 'p', pack_version: '1', help: '', licence: '', pure: true, inputs: {},
  outputs: { out: { type: 'Image', shape: {}, help: '' } },
})
const catalogue = {
  nodes: new Map([['image.load', node('image.load', 3)], ['mask.from_image', node('mask.from_image', 1)]]),
  fits: new Map(),
} as unknown as Catalogue

describe('the picture that an instance is given', () => {
  const file = port({ type: 'string', widget: 'file', root: 'files' })
  test('is what its file param names', () => {
    expect(pictureGiven({ params: { file: 'cats/tom.png' } }, face({ file }))).toEqual({ port: 'file', file: 'cats/tom.png' })
  })
  test('is also the one that it has by default', () => {
    expect(pictureGiven({}, face({ file: port({ widget: 'file', default: 'a.jpg' }) }))).toEqual({ port: 'file', file: 'a.jpg' })
  })
  test('is none where the file is no picture, comes from elsewhere, or is a model', () => {
    expect(pictureGiven({ params: { file: 'a.txt' } }, face({ file }))).toBeNull()
    expect(pictureGiven({ params: { file: 'a.png' }, links: { file: 'x.out' } }, face({ file }))).toBeNull()
    const model = port({ widget: 'file', root: 'models' })
    expect(pictureGiven({ params: { file: 'a.png' } }, face({ file: model }))).toBeNull()
  })
})

test('a painted mask is loaded and read as a mask, under free names', () => {
  const level = { nodes: { mask: { type: 'x' } } }
  const painted = { file: 'f.png', title: 'Mask', position: [10, 20] as const }
  expect(maskOperations(level, painted, catalogue, 'inner')).toEqual([
    {
      op: 'add', at: 'inner', name: 'painted', position: [10, 20],
      instance: { type: 'image.load', version: 3, params: { file: 'f.png' }, title: 'Mask' },
    },
    {
      op: 'add', at: 'inner', name: 'mask_2', position: [310, 20],
      instance: { type: 'mask.from_image', version: 1, links: { image: 'painted.out' } },
    },
  ])
})

describe('the place below a card', () => {
  const card = { at: [0, 0], size: [200, 100] } as const
  test('is right below it', () => {
    expect(placeBelow(card, [])).toEqual([0, 140])
  })
  test('is below what stands there, and below what stands below that', () => {
    const others = [
      { at: [0, 600], size: [200, 100] },
      { at: [50, 150], size: [200, 400] },
      { at: [2000, 150], size: [200, 400] },
    ] as const
    expect(placeBelow(card, others)).toEqual([0, 740])
  })
})

test('the instance that reads a mask leads to the one that loads it', () => {
  expect(loadedFor({ type: 'mask.from_image', links: { image: 'painted.out' } })).toBe('painted')
  expect(loadedFor({ type: 'mask.from_image' })).toBeNull()
  expect(loadedFor({ type: 'image.blur', links: { image: 'painted.out' } })).toBeNull()
})

describe('a mask file', () => {
  const png = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEANl9ngAAAAABJRU5ErkJggg=='), (one) => one.charCodeAt(0))
  test('says over which picture it was painted', async () => {
    for (const origin of [{ file: 'cats/tom.png' }, { instance: 'sub/decode', port: 'image' }]) {
      const mask = await withOrigin(new Blob([png]), origin)
      expect(originOf(new Uint8Array(await mask.arrayBuffer()))).toEqual(origin)
    }
  })
  test('that was not painted here says nothing', () => {
    expect(originOf(png)).toBeNull()
    expect(originOf(new Uint8Array([1, 2, 3]))).toBeNull()
  })
})
