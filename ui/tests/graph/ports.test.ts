import { describe, expect, it } from 'vitest'
import { catalogueOf, interfaceOf, placeholderOf, shapeOf } from '../../src/graph/ports'
import { describe as told } from '../../src/graph/types'
import { CATALOGUE, GRAPH, KNOWN_GRAPH } from './samples'

const { interfaces } = KNOWN_GRAPH

describe('the ports of an instance', () => {
  it('are those of its node', () => {
    const found = interfaceOf({ type: 't.add' }, 'sum', CATALOGUE, {})
    expect(Object.keys(found?.inputs ?? {})).toEqual(['a', 'b'])
    expect(found).toMatchObject({ title: 'sum', help: 'Add two numbers.' })
    expect(interfaceOf({ type: 't.add', title: 'Sum' }, 'sum', CATALOGUE, {})?.title).toBe('Sum')
  })

  it('are what the server says of a subgraph or loop', () => {
    const { sub, loop } = GRAPH.nodes ?? {}
    expect(Object.keys(interfaceOf(sub ?? {}, 'sub', CATALOGUE, interfaces)?.outputs ?? {})).toEqual([
      'x',
      'y',
    ])
    expect(Object.keys(interfaceOf(loop ?? {}, 'loop', CATALOGUE, interfaces)?.inputs ?? {})).toEqual([
      's',
      'count',
      'step',
    ])
    expect(interfaceOf(sub ?? {}, 'sub', CATALOGUE, {})).toBeNull()
  })

  it('are lists on a lifted one, as the server says, too', () => {
    const found = interfaceOf(GRAPH.nodes?.['lifted'] ?? {}, 'lifted', CATALOGUE, {})
    const server = interfaces['lifted']
    expect(
      Object.entries(found?.inputs ?? {}).map(([name, { type, shape, required }]) => [
        name,
        type,
        shape,
        required,
      ]),
    ).toEqual(
      Object.entries(server?.inputs ?? {}).map(([name, { type, shape, required }]) => [
        name,
        type,
        shape,
        required,
      ]),
    )
    expect(found?.outputs).toEqual(server?.outputs)
  })

  it('are not known of a missing node or file', () => {
    expect(interfaceOf({ type: 'x.gone' }, 'gone', CATALOGUE, {})).toBeNull()
    expect(interfaceOf({}, 'nothing', CATALOGUE, {})).toBeNull()
    const missing = { kind: 'missing' as const, title: '', help: '', inputs: {}, outputs: {} }
    expect(interfaceOf({ ref: 'gone.json' }, 'file', CATALOGUE, { file: missing })).toBeNull()
  })
})

it('draws of what is missing the ports in use', () => {
  const found = placeholderOf({ type: 'x.gone', params: { p: 1 }, links: { q: 'a.out' } }, 'gone', ['out'])
  expect([Object.keys(found.inputs), Object.keys(found.outputs), found.title]).toEqual([
    ['p', 'q'],
    ['out'],
    'gone',
  ])
  expect(told(shapeOf(found.inputs['p'] ?? { type: '', shape: {}, help: '' }))).toBe('anything')
})

it('draws of a loop that nothing is known of yet what its items and count are linked to', () => {
  const loop = { type: 'flow.loop', carry: { x: 1 }, count: { link: 'a.out' }, items: { link: 'b.out' } }
  expect(Object.keys(placeholderOf(loop, 'loop').inputs)).toEqual(['x', 'items', 'count'])
  expect(Object.keys(placeholderOf({ type: 'flow.loop', count: 3 }, 'loop').inputs)).toEqual([])
})

it('makes the catalogue ready to be asked', () => {
  const found = catalogueOf({ nodes: [...CATALOGUE.nodes.values()], broken: {}, licences: {}, fits: { int: ['float'] } })
  expect(found.nodes.get('t.add')?.id).toBe('t.add')
  expect(found.fits.get('int')?.has('float')).toBe(true)
})
