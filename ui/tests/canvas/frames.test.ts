import { expect, it } from 'vitest'
import { arranged, movesOf } from '../../src/canvas/held'
import { LevelNodes } from '../../src/canvas/levelNodes'
import { isFrame, type FlowNode } from '../../src/canvas/nodes'
import { flowEnd, levelUnder, portAt } from '../../src/canvas/places'
import { borderOf } from '../../src/graph/frame'
import { instanceAt } from '../../src/graph/level'
import { catalogueOf, type Known } from '../../src/graph/ports'
import type { Graph } from '../../src/protocol'

const catalogue = catalogueOf({ nodes: [], broken: {}, licences: {}, fits: {} })
const graph: Graph = {
  nodes: {
    begin: { type: 'a.begin' },
    turns: {
      type: 'flow.loop',
      count: 3,
      carry: { x: { link: 'begin.out' } },
      graph: {
        inputs: { x: { to: ['one.x'] } },
        outputs: { x: 'two.out' },
        nodes: { one: { type: 'a.step' }, two: { type: 'a.step', links: { x: 'one.out' } } },
        view: { one: { at: [1000, 50] }, two: { at: [1300, 50] } },
      },
    },
  },
  view: { begin: { at: [-400, 0] }, turns: { at: [100, 200] } },
}

const knownIn = (inside: string): Known => {
  const instance = inside === '' ? null : instanceAt(graph, inside)
  return { catalogue, interfaces: {}, ...(instance ? { border: borderOf(instance, null) } : {}) }
}
const built = () => {
  const made = new LevelNodes()
  const nodes = made.nodes(graph, knownIn, 'none')
  return { made, nodes, links: made.edges(nodes) }
}
const named = (nodes: readonly FlowNode[], id: string) => {
  const node = nodes.find((one) => one.id === id)
  if (!node) throw new Error(id)
  return node
}
const frameOf = (nodes: readonly FlowNode[]) => {
  const frame = named(nodes, 'turns')
  if (!isFrame(frame)) throw new Error('no frame')
  return frame
}

it('draws what is in a loop inside of its frame, whatever the places there begin with', () => {
  const { nodes } = built()
  expect(nodes.map(({ id }) => id)).toEqual(['begin', 'turns', 'turns/one', 'turns/two'])
  const [frame, one] = [frameOf(nodes), named(nodes, 'turns/one')]
  const [x, y] = frame.data.frame.origin
  expect([one.position.x - x, one.position.y - y]).toEqual([1000, 50])
  expect(one.position.x).toBeGreaterThan(frame.position.x)
  expect(named(nodes, 'turns/two').position.x + 240).toBeLessThan(frame.position.x + (frame.width ?? 0))
})

it('draws the links inside, those with its edges too', () => {
  const { links } = built()
  expect(links.map(({ id, source, sourceHandle, target, targetHandle }) => [id, source, sourceHandle, target, targetHandle])).toEqual([
    ['begin.out>turns.x#0', 'begin', 'out', 'turns', 'x'],
    ['turns/one.out>two.x#0', 'turns/one', 'out', 'turns/two', 'x'],
    ['turns/.inputs.x>one.x#0', 'turns', '.inputs.x', 'turns/one', 'x'],
    ['turns/two.out>.outputs.x#0', 'turns/two', 'out', 'turns', '.outputs.x'],
  ])
})

it('names a port on an edge as the level inside does', () => {
  expect(portAt({ node: 'turns', handle: '.inputs.x' })).toEqual({ name: 'turns/.inputs', port: 'x' })
  expect(portAt({ node: 'turns', handle: 'x' })).toEqual({ name: 'turns', port: 'x' })
  expect(flowEnd('turns', { name: '.outputs', port: 'x' })).toEqual({ node: 'turns', handle: '.outputs.x' })
  expect(flowEnd('', { name: 'begin', port: 'out' })).toEqual({ node: 'begin', handle: 'out' })
})

it('tells the level under a place: inside of a frame, but not on its edges', () => {
  const { nodes } = built()
  const { x, y } = named(nodes, 'turns/one').position
  expect(levelUnder(nodes, [x - 10, y])).toBe('turns')
  expect(levelUnder(nodes, [101, 300])).toBe('')
  expect(levelUnder(nodes, [-1000, 0])).toBe('')
})

it('keeps every node that an edit elsewhere did not change', () => {
  const { made, nodes } = built()
  const moved = made.nodes({ ...graph, view: { ...graph.view, begin: { at: [-500, 0] } } }, knownIn, 'none')
  expect(named(moved, 'turns')).toBe(named(nodes, 'turns'))
  expect(named(moved, 'turns/one')).toBe(named(nodes, 'turns/one'))
})

it('takes what is inside along with a frame, and writes only the frame', () => {
  const { nodes } = built()
  const places = new Map([['turns', [150, 260] as const]])
  const [before, after] = [named(nodes, 'turns/one'), named(arranged(nodes, places), 'turns/one')]
  expect([after.position.x - before.position.x, after.position.y - before.position.y]).toEqual([50, 60])
  expect(movesOf(nodes, places)).toEqual([{ inside: '', positions: new Map([['turns', [150, 260]]]) }])
})

it('grows with what is moved inside, to the right by itself', () => {
  const { nodes } = built()
  const { x, y } = named(nodes, 'turns/two').position
  const places = new Map([['turns/two', [x + 100, y] as const]])
  const [before, after] = [frameOf(nodes), frameOf(arranged(nodes, places))]
  expect((after.width ?? 0) - (before.width ?? 0)).toBe(100)
  expect(after.position).toEqual(before.position)
  expect(movesOf(nodes, places)).toEqual([{ inside: 'turns', positions: new Map([['two', [1400, 50]]]) }])
})

it('moves its own corner when something inside goes to the left, so that the rest stays', () => {
  const { nodes } = built()
  const { x, y } = named(nodes, 'turns/one').position
  const places = new Map([['turns/one', [x - 70, y - 20] as const]])
  const after = arranged(nodes, places)
  expect(frameOf(after).position).toEqual({ x: 30, y: 180 })
  expect(named(after, 'turns/two').position).toEqual(named(nodes, 'turns/two').position)
  expect(movesOf(nodes, places)).toEqual([
    { inside: '', positions: new Map([['turns', [30, 180]]]) },
    { inside: 'turns', positions: new Map([['one', [930, 30]]]) },
  ])
})
