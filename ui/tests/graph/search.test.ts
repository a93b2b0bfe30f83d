import { describe, expect, it } from 'vitest'
import { catalogueOf, type Catalogue } from '../../src/graph/ports'
import { familyOf, fuzzy, searchNodes, titleOf } from '../../src/graph/search'
import type { NodeRecord } from '../../src/protocol'
import { CATALOGUE } from './samples'

function node(id: string, help = ''): NodeRecord {
  const outputs = { out: { type: 'Image', shape: { class: 'Image' }, help: '' } }
  return { id, help, version: 1, pack: '', pack_version: '', licence: '', pure: true, inputs: {}, outputs }
}

const NODES = catalogueOf({
  nodes: [
    node('image.blur', 'Blur a picture.'),
    node('image.load_many', 'Read pictures of a folder.'),
    node('text.encode', 'Turn a prompt into conditioning.'),
    node('vae.decode', 'Turn a latent into an image.'),
    node('latent.noise', 'Draw Gaussian noise; blur comes later.'),
    node('mask.blur_edges'),
  ],
  broken: {},
  licences: {},
  fits: {},
})

function ids(query: string, catalogue: Catalogue = NODES, wanted = {}): string[] {
  return searchNodes(query, catalogue, wanted).map((found) => found.node.id)
}

describe('a search', () => {
  it('ranks titles before ids before help', () => {
    expect(ids('blur')).toEqual(['image.blur', 'mask.blur_edges', 'latent.noise'])
    expect(ids('image').slice(0, 2).sort()).toEqual(['image.blur', 'image.load_many'])
  })

  it('finds first letters of words, and letters left out', () => {
    expect(ids('lm')[0]).toBe('image.load_many')
    expect(ids('vdec')[0]).toBe('vae.decode')
    expect(ids('nois')[0]).toBe('latent.noise')
  })

  it('wants every word, in any order', () => {
    expect(ids('blur image')).toEqual(['image.blur', 'mask.blur_edges', 'latent.noise'])
    expect(ids('prompt encode')).toEqual(['text.encode'])
    expect(ids('blur zebra')).toEqual([])
  })

  it('forgives slips when nothing matches as it is typed', () => {
    expect(ids('gausian')).toEqual(['latent.noise'])
    expect(ids('decdoe vae')).toEqual(['vae.decode'])
    expect(ids('zebra')).toEqual([])
  })

  it('finds types of ports', () => {
    expect(ids('Decoder', CATALOGUE)).toContain('t.decode')
    expect(ids('float', CATALOGUE)).toContain('t.add')
  })

  it('tells what matches', () => {
    const [found] = searchNodes('blur', NODES)
    expect(found?.title).toBe('Blur')
    expect(found?.ranges).toEqual({ title: [[0, 4]], id: [[6, 10]], help: [[0, 4]] })
  })

  it('without a query gives all, favourites and recent ones first', () => {
    const wanted = { favourites: new Set(['vae.decode']), recent: ['text.encode', 'image.blur'] }
    expect(ids('', NODES, wanted)).toEqual([
      'vae.decode',
      'text.encode',
      'image.blur',
      'image.load_many',
      'latent.noise',
      'mask.blur_edges',
    ])
    expect(ids('  ')).toHaveLength(NODES.nodes.size)
  })
})

describe('a search for what can be linked', () => {
  const picture = { class: 'tests.graph.nodes.Picture' }

  it('gives only nodes that take a type, with the port', () => {
    const found = searchNodes('', CATALOGUE, { accepts: picture })
    expect(found.map(({ node: { id }, port }) => [id, port])).toEqual([
      ['t.blur', 'picture'],
      ['t.either', 'yes'],
      ['t.pass', 'value'],
    ])
  })

  it('gives only nodes that give a type, with the port', () => {
    const found = searchNodes('', CATALOGUE, { gives: { class: 'float' } }).map(({ node: { id }, port }) => [
      id,
      port,
    ])
    expect(found).toContainEqual(['t.split', 'whole'])
    expect(found).toContainEqual(['t.whole', 'out'])
    expect(found.map(([id]) => id)).not.toContain('t.draw')
  })
})

it('matches whole words before letters here and there', () => {
  const score = (word: string, text: string) => fuzzy(word, text)?.score ?? 0
  expect(score('load', 'load many')).toBeGreaterThan(score('load', 'upload'))
  expect(score('load', 'upload')).toBeGreaterThan(score('lm', 'load many'))
  expect(fuzzy('lm', 'load many')?.ranges).toEqual([
    [0, 1],
    [5, 6],
  ])
  expect(fuzzy('xyz', 'load many')).toBeNull()
  expect(fuzzy('oan', 'load many')).toBeNull()
})

it('makes titles and families of ids', () => {
  expect([
    titleOf('image.load_many'),
    titleOf('plain'),
    familyOf('pack.image.blur'),
    familyOf('plain'),
  ]).toEqual(['Load many', 'Plain', 'pack.image', ''])
})
