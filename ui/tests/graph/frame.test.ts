import { expect, it } from 'vitest'
import { borderOf, edgesOf, framesIn, innerInputs, innerOutputs, insetOf, isFramed, sizeAround, takenInside } from '../../src/graph/frame'
import { viewOf } from '../../src/graph/level'
import type { Interface } from '../../src/graph/ports'
import { toggleFramed } from '../../src/graph/viewing'
import type { Graph, InputPortRecord, Instance, OutputPortRecord } from '../../src/protocol'

const given: InputPortRecord = {
  type: 'Latent', shape: { class: 'Latent' }, help: '', required: true, optional: false, variadic: false, lazy: false, param: false, schema: {},
}
const count: InputPortRecord = { ...given, type: 'int', shape: { class: 'int' }, required: false, param: true, schema: { type: 'integer' } }
const listed: InputPortRecord = { ...given, type: 'list of str', shape: { list: { class: 'str' } } }
const latent: OutputPortRecord = { type: 'Latent', shape: { class: 'Latent' }, help: '' }
const losses: OutputPortRecord = { type: 'list of float', shape: { list: { class: 'float' } }, help: '' }

const loop: Instance = {
  type: 'flow.loop',
  carry: { latent: { link: 'begin.out' } },
  count: 3,
  collect: ['loss'],
  graph: {
    inputs: { latent: { to: ['step.latent'] }, unet: { to: ['step.unet'] } },
    outputs: { latent: 'step.latent', loss: 'step.loss' },
    nodes: { step: { type: 'a.step' } },
  },
}
const face: Interface = { inputs: { latent: given, count, unet: given }, outputs: { loss: losses, latent }, title: 'loop', help: '' }
const outer: Graph = { nodes: { turns: loop, sub: { graph: {} } }, view: { turns: { at: [0, 0] } } }

it('unfolds loops of the graph itself, and subgraphs only when somebody says so', () => {
  const view = viewOf(outer)
  expect(isFramed(loop, 'turns', view)).toBe(true)
  expect(isFramed({ graph: {} }, 'sub', view)).toBe(false)
  expect(isFramed({ type: 'flow.loop', ref: 'library/x.json' }, 'turns', view)).toBe(false)
  expect(isFramed(loop, 'turns', viewOf({ ...outer, view: { turns: { framed: false } } }))).toBe(false)
  expect(isFramed(loop, 'turns', viewOf({ ...outer, view: { turns: { collapsed: true } } }))).toBe(false)
  expect(isFramed({ graph: {} }, 'sub', viewOf({ ...outer, view: { sub: { framed: true } } }))).toBe(true)
})

it('finds frames in frames', () => {
  const nested: Graph = { nodes: { outer: { type: 'flow.loop', graph: { nodes: { inner: loop } } }, plain: { type: 'a.step' } } }
  expect(framesIn(nested)).toEqual(['outer', 'outer/inner'])
})

it('gives inside what the body takes and what a loop tells it', () => {
  expect([...innerInputs(loop)]).toEqual(['latent', 'unet', 'index'])
  expect([...innerInputs({ ...loop, count: null, items: ['a'] })]).toEqual(['latent', 'unet', 'item', 'index'])
  expect([...innerInputs({ graph: { inputs: { a: { to: [] } } } })]).toEqual(['a'])
  expect([...innerOutputs({ ...loop, while: 'more' })]).toEqual(['latent', 'more', 'loss'])
})

it('knows the types of its inner ports: of a list one item', () => {
  const border = borderOf({ ...loop, count: null, items: ['a'] }, { ...face, inputs: { ...face.inputs, items: listed } })
  expect(border.inputs['item']).toEqual({ class: 'str' })
  expect(border.inputs['index']).toEqual({ class: 'int' })
  expect(border.inputs['latent']).toEqual({ class: 'Latent' })
  expect(border.outputs).toEqual(['latent', 'loss'])
  expect(takenInside(loop, face, 'loss')).toEqual({ class: 'float' })
})

it('puts ports on its edges for outside, for inside, or for both', () => {
  const { left, right } = edgesOf(face, loop)
  expect(left.map(({ port, outer, inner }) => [port, outer, inner])).toEqual([
    ['latent', true, true], ['count', true, false], ['unet', true, true], ['index', false, true],
  ])
  expect(right.map(({ port }) => port)).toEqual(['loss', 'latent'])
})

it('is as large as what is inside needs, with a handle on either side of an edge', () => {
  const edges = edgesOf(face, loop)
  const [across, down] = insetOf(edges)
  const { width, height, handles } = sizeAround(edges, [500, 900])
  expect(width).toBe(across + 500 + 32 + edges.widths[1])
  expect(height).toBe(down + 900 + 32)
  const at = (id: string, side: string) => handles.find((one) => one.id === id && one.side === side)?.x
  expect(at('latent', 'in')).toBe(0)
  expect(at('.inputs.latent', 'out')).toBe(edges.widths[0])
  expect(at('.outputs.latent', 'in')).toBe(width - edges.widths[1])
  expect(at('latent', 'out')).toBe(width)
  expect(sizeAround(edges, [10, 10]).height).toBe(edges.least)
})

it('folds and unfolds by the view alone', () => {
  const [fold] = toggleFramed(outer, ['turns'])
  expect(fold).toEqual({ op: 'show', at: '', shown: { turns: { framed: false, collapsed: null } } })
  const [unfold] = toggleFramed({ ...outer, view: { turns: { framed: false } } }, ['turns'])
  expect(unfold).toMatchObject({ shown: { turns: { framed: true } } })
})
