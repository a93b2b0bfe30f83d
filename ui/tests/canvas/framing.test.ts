import { beforeEach, expect, it, vi } from 'vitest'
import { framing, looping } from '../../src/canvas/framing'
import { LevelNodes } from '../../src/canvas/levelNodes'
import { showNodes } from '../../src/canvas/view'
import { catalogueOf } from '../../src/graph/ports'
import type { Graph, Operation } from '../../src/protocol'
import { useCatalogue } from '../../src/stores/catalogue'
import { useGraphs, type OpenGraph } from '../../src/stores/graphs'

vi.hoisted(() => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
})

const catalogue = catalogueOf({ nodes: [], broken: {}, licences: {}, fits: {} })
const graph: Graph = {
  nodes: {
    turns: { type: 'flow.loop', count: 3, graph: { nodes: { step: { type: 'a.step' }, more: { type: 'a.step' } }, view: { step: { at: [0, 0] }, more: { at: [0, 400] } } } },
    after: { type: 'a.step', links: { x: 'turns.y' } },
    below: { type: 'a.step' },
  },
  view: { turns: { at: [0, 0] }, after: { at: [1000, 0] }, below: { at: [0, 800] } },
}
const moved = (operations: readonly Operation[] | null) =>
  operations?.flatMap((one) => (one.op === 'move' ? Object.entries(one.positions) : [])) ?? []

beforeEach(() => {
  const open = { graph, at: '', references: {}, interfaces: {} } as unknown as OpenGraph
  useGraphs.setState({ open: { it: open }, tabs: ['it'], active: 'it' })
  useCatalogue.setState({ catalogue })
  showNodes(new LevelNodes().nodes(graph, () => ({ catalogue, interfaces: {} }), 'none'))
})

it('brings the others nearer when a frame is folded to a card', () => {
  const operations = framing(graph, ['turns'], '')
  expect(operations[0]).toMatchObject({ op: 'show', shown: { turns: { framed: false } } })
  const places = new Map(moved(operations))
  expect([...places.keys()]).toEqual(['after', 'below'])
  expect(places.get('after')?.[0]).toBeLessThan(1000)
  expect(places.get('below')?.[1]).toBeLessThan(800)
})

it('puts the frame of a loop where the nodes stood that it repeats, and the others beside it', () => {
  const operations = looping(graph, ['below'], { catalogue, interfaces: {} }, '')
  expect(operations).toContainEqual(expect.objectContaining({ op: 'add', position: [0, 800] }))
  expect(moved(operations)).toEqual([['after', [expect.any(Number), 0]]])
})
