import { expect, it, vi } from 'vitest'
import { editable } from '../../src/canvas/here'
import type { Graph } from '../../src/protocol'
import { useGraphs, type OpenGraph } from '../../src/stores/graphs'

vi.hoisted(() => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
})

const graph: Graph = { nodes: { outer: { graph: { nodes: { draw: { type: 'a.draw' } } } } } }

it('is the level that something was typed on, also when another graph is shown by now', () => {
  const open = { graph, at: '', references: {}, interfaces: {} } as unknown as OpenGraph
  useGraphs.setState({ open: { left: open, now: open }, tabs: ['left', 'now'], active: 'now' })
  expect(editable('')).toMatchObject({ session: 'now', at: '' })
  expect(editable('', { session: 'left', at: 'outer' })).toMatchObject({ session: 'left', at: 'outer' })
  expect(editable('', { session: 'closed', at: '' })).toBeNull()
})
