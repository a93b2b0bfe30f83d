import { expect, it } from 'vitest'
import type { FlowLink, FlowNode } from '../../src/canvas/nodes'
import { around } from '../../src/canvas/area'
import { outside, prepared, unseen } from '../../src/canvas/scene'
import { shiftBetween, uncovered } from '../../src/canvas/shift'

const SIZE = [800, 600] as const
const from = { x: 10.4, y: 20, zoom: 0.2 }

it('shifts what is drawn by whole pixels, without drifting', () => {
  let drawn = from
  let shifted = 0
  for (let step = 1; step <= 10; step++) {
    const [dx] = shiftBetween(drawn, { ...from, x: from.x + step * 0.7 }, ...SIZE) ?? [NaN]
    drawn = { ...drawn, x: drawn.x + dx }
    shifted += dx
  }
  expect(shifted).toBe(7)
})

it('draws all anew in another size, after a leap, and at first', () => {
  expect(shiftBetween(from, { ...from, zoom: 0.21 }, ...SIZE)).toBeNull()
  expect(shiftBetween(from, { ...from, x: 500 }, ...SIZE)).toBeNull()
  expect(shiftBetween(null, from, ...SIZE)).toBeNull()
})

it('draws just what a shift leaves bare', () => {
  expect(uncovered(0, 0, ...SIZE)).toEqual([])
  expect(uncovered(30, 0, ...SIZE)).toEqual([[0, 0, 30, 600]])
  expect(uncovered(-30, -5, ...SIZE)).toEqual([
    [770, 0, 30, 600],
    [0, 595, 800, 5],
  ])
})

const node = (id: string, x: number, y: number) =>
  ({
    id,
    position: { x, y },
    width: 100,
    height: 50,
    handles: [
      { id: 'in', type: 'target', x: -6, y: 20 },
      { id: 'out', type: 'source', x: 94, y: 20 },
    ],
  }) as unknown as FlowNode
const nodes = [node('a', 0, 0), node('b', 300, 400)]

it('leads links from handle to handle, and leaves out those that hang', () => {
  const link = { source: 'a', sourceHandle: 'out', target: 'b', targetHandle: 'in', data: { kind: 'image' } }
  const links = [link, { ...link, target: 'gone' }] as unknown as FlowLink[]
  expect(prepared(nodes, links).wires).toEqual([{ kind: 'image', x1: 100, y1: 26, x2: 300, y2: 426 }])
})

it('knows what is around all nodes, and what cannot be seen', () => {
  const box = around(nodes)
  expect(box).toEqual({ left: 0, top: 0, right: 400, bottom: 450 })
  expect(outside([401, 0, 10, 10], box)).toBe(true)
  expect(outside([-5, 0, 10, 10], box)).toBe(false)
  expect(unseen({ kind: '', x1: -10, y1: 0, x2: -1, y2: 9 }, box)).toBe(true)
  expect(unseen({ kind: '', x1: -10, y1: 0, x2: 1, y2: 9 }, box)).toBe(false)
})
