import { expect, it } from 'vitest'
import type { FlowNode } from '../../src/canvas/nodes'
import { heirOf, nearest, neighbour } from '../../src/canvas/walk'
import { hit } from '../../src/canvas/scene'

const card = (id: string, x: number, y: number) =>
  ({ id, type: 'card', position: { x, y }, width: 100, height: 50 }) as unknown as FlowNode
const nodes = [card('left', 0, 0), card('right', 300, 10), card('far', 600, 0), card('below', 20, 200)]

it('goes to the next node in a direction', () => {
  expect(neighbour(nodes, 'left', 'right')).toBe('right')
  expect(neighbour(nodes, 'far', 'left')).toBe('right')
  expect(neighbour(nodes, 'left', 'down')).toBe('below')
})

it('stays where nothing lies in a direction', () => {
  expect(neighbour(nodes, 'left', 'up')).toBeNull()
})

it('comes to frames by their titles', () => {
  const frame = { ...card('.group.g', -40, -80), type: 'group-box', width: 900, height: 400 } as FlowNode
  expect(neighbour([frame, ...nodes], 'left', 'up')).toBe('.group.g')
  expect(neighbour([frame, ...nodes], '.group.g', 'down')).toBe('left')
})

it('goes on to a neighbour that is left when nodes are removed', () => {
  expect(heirOf(nodes, 'far', new Set(['far']))).toBe('right')
  expect(heirOf(nodes, 'far', new Set(['far', 'right']))).toBe('left')
  expect(heirOf(nodes, 'left', new Set(['left']))).toBe('right')
  expect(heirOf(nodes, 'left', new Set(nodes.map(({ id }) => id)))).toBeNull()
})

it('does not go on to what is inside of a frame that is removed', () => {
  const frame = { ...card('far', 600, 0), type: 'frame' } as FlowNode
  expect(heirOf([...nodes.slice(0, 2), frame, card('far/step', 590, 20)], 'far', new Set(['far']))).toBe('right')
})

it('begins at the node nearest to the middle', () => {
  expect(nearest(nodes, [640, 30])).toBe('far')
})

it('tells the node under a place, cards before frames', () => {
  const frame = { ...card('frame', -10, -10), type: 'group-box', width: 500, height: 300 } as FlowNode
  expect(hit([frame, ...nodes], 5, 5)?.id).toBe('left')
  expect(hit([frame, ...nodes], 200, 150)?.id).toBe('frame')
  expect(hit(nodes, 5000, 5)).toBeNull()
})

it('tells a note inside of a loop from its frame', () => {
  const frame = { ...card('turns', 0, 0), type: 'frame', width: 500, height: 300 } as FlowNode
  const note = { ...card('turns/.note.n', 50, 50), type: 'note-box' } as FlowNode
  expect(hit([frame, note], 60, 60)?.id).toBe('turns/.note.n')
  expect(hit([frame, note], 10, 10)?.id).toBe('turns')
})
