import { expect, it } from 'vitest'
import { LevelNodes } from '../../src/canvas/levelNodes'
import type { FlowNode } from '../../src/canvas/nodes'
import { catalogueOf } from '../../src/graph/ports'
import type { CatalogueRecord, Graph, InputPortRecord, NodeRecord } from '../../src/protocol'

const number = { class: 'float' }
const input: InputPortRecord = {
  type: 'float', shape: number, help: '', required: false, optional: false, variadic: false, lazy: false, param: true,
  schema: { type: 'number', default: 0 },
}
const add: NodeRecord = {
  id: 'math.add', version: 1, pack: 'p', pack_version: '1', help: '', licence: '', pure: true,
  inputs: { a: input, b: input }, outputs: { out: { type: 'float', shape: number, help: '' } },
}
const record: CatalogueRecord = { nodes: [add], broken: {}, licences: {}, fits: {} }
const catalogue = catalogueOf(record)
const known = () => ({ catalogue, interfaces: {} })

const graph: Graph = {
  nodes: {
    one: { type: 'math.add', params: { a: 1 } },
    two: { type: 'math.add', links: { a: 'one.out' } },
    lost: { type: 'gone.node', links: { x: 'two.out' } },
  },
  view: { one: { at: [0, 0] }, two: { at: [300, 0] }, lost: { at: [600, 0] } },
}

const named = (nodes: FlowNode[], id: string) => nodes.find((node) => node.id === id)

it('gives every instance a place, a size and handles before it is drawn', () => {
  const nodes = new LevelNodes().nodes(graph, known, 'medium')
  const two = named(nodes, 'two')
  expect(two?.position).toEqual({ x: 300, y: 0 })
  expect(two?.handles?.map((handle) => handle.id)).toEqual(['out', 'a', 'b'])
  expect(two?.width).toBeGreaterThan(0)
})

it('puts nodes that nobody has placed in the order in which they feed each other', () => {
  const { nodes: { one, two, lost } = {} } = graph
  const nodes = new LevelNodes().nodes({ nodes: { lost: lost ?? {}, two: two ?? {}, one: one ?? {} } }, known, 'medium')
  expect(['one', 'two', 'lost'].map((id) => named(nodes, id)?.position.x)).toEqual([0, 300, 600])
})

it('draws only the card that an edit changed', () => {
  const level = new LevelNodes()
  const before = level.nodes(graph, known, 'medium')
  const edited = { ...graph, nodes: { ...graph.nodes, one: { type: 'math.add', params: { a: 2 } } } }
  const after = level.nodes(edited, known, 'medium')
  expect(named(after, 'one')).not.toBe(named(before, 'one'))
  expect(named(after, 'two')).toBe(named(before, 'two'))
})

it('keeps what it knows of a node that is not installed', () => {
  const nodes = new LevelNodes().nodes(graph, known, 'medium')
  const lost = named(nodes, 'lost')
  expect(lost?.type === 'card' && lost.data.missing).toBe(true)
  expect(lost?.handles?.map((handle) => handle.id)).toEqual(['x'])
})

it('colours a link by what flows along it, and keeps it while its ends stay', () => {
  const level = new LevelNodes()
  const nodes = level.nodes(graph, known, 'medium')
  const [link] = level.edges(nodes)
  expect(link?.data?.kind).toBe('number')
  expect(level.edges(nodes)[0]).toBe(link)
})

it('says which port a graph input feeds', () => {
  const fed = { ...graph, inputs: { start: { to: ['one.a'], default: 3 } } }
  const one = named(new LevelNodes().nodes(fed, known, 'medium'), 'one')
  expect(one?.type === 'card' && one.data.fed.get('a')?.name).toBe('start')
})

it('draws a card anew when its files tell another family', () => {
  const level = new LevelNodes()
  const before = level.nodes(graph, known, 'medium')
  const after = level.nodes(graph, () => ({ catalogue, interfaces: {}, families: { one: { F: 'flux' } } }), 'medium')
  const one = named(after, 'one')
  expect(one?.type === 'card' && one.data.families).toEqual(['flux'])
  expect(named(after, 'two')).toBe(named(before, 'two'))
})
