import { expect, it } from 'vitest'
import type { FlowNode } from '../../src/canvas/nodes'
import { moreOf, viewOf } from '../../src/canvas/slices'

const card = (id: string, x: number) => ({ id, type: 'card', position: { x, y: 0 }, width: 100, height: 50 }) as unknown as FlowNode
const nodes = [card('a', 0), card('away', 5000), card('b', 200), card('c', 400)]
const view = viewOf([0, 0, 0.5], 400, 300)

it('shows the part of the graph that fills the frame', () => {
  expect(viewOf([100, -50, 0.5], 400, 300)).toEqual({ left: -200, top: 100, right: 600, bottom: 700 })
})

it('draws a few more cards of the view at a time, until all of it are drawn', () => {
  const first = moreOf(nodes, new Set(), view, 2)
  expect([...(first ?? [])]).toEqual(['a', 'b'])
  const second = moreOf(nodes, first ?? new Set(), view, 2)
  expect([...(second ?? [])]).toEqual(['a', 'b', 'c'])
  expect(moreOf(nodes, second ?? new Set(), view, 2)).toBeNull()
})
