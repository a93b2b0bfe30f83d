import { describe, expect, test } from 'vitest'
import { commonParams } from '../../../src/panels/Inspector/commonParams'
import { changeInput } from '../../../src/graph/operations'
import { portNameFault, renamePort } from '../../../src/panels/Inspector/naming'
import { inOwnOrder, movedBy } from '../../../src/panels/Inspector/order'
import { failuresOf } from '../../../src/panels/Problems/failures'
import type { Graph, RunRecord } from '../../../src/protocol'
import { KNOWN } from '../../graph/samples'

const GRAPH: Graph = {
  inputs: { a: { to: ['draw.text'], default: 'x', title: 'Text' }, b: { to: ['draw.style'] }, c: {} },
  outputs: { out: 'draw.out' },
  nodes: { draw: { type: 't.draw' } },
  view: { '.order': { inputs: ['c', 'gone', 'a'] } },
}

describe('order of inputs', () => {
  test('those that somebody put in order come first, new ones last', () => {
    expect(inOwnOrder(GRAPH, 'inputs')).toEqual(['c', 'a', 'b'])
    expect(inOwnOrder({ ...GRAPH, view: {} }, 'inputs')).toEqual(['a', 'b', 'c'])
    expect(inOwnOrder({ ...GRAPH, view: { '.order': 'odd' } }, 'inputs')).toEqual(['a', 'b', 'c'])
  })

  test('moving one writes the whole order, with what stood there before', () => {
    expect(movedBy(GRAPH, 'inputs', 'b', -1, 'at')).toEqual([
      {
        op: 'patch',
        at: 'at',
        writes: [{ where: ['view', '.order'], old: [{ inputs: ['c', 'gone', 'a'] }], new: [{ inputs: ['c', 'b', 'a'] }] }],
      },
    ])
  })

  test('at the end there is nothing to move, and nothing stood there in a fresh graph', () => {
    expect(movedBy(GRAPH, 'inputs', 'c', -1)).toEqual([])
    expect(movedBy({ inputs: { a: {}, b: {} } }, 'inputs', 'a', 1)).toMatchObject([
      { writes: [{ old: [], new: [{ inputs: ['b', 'a'] }] }] },
    ])
  })
})

describe('names of inputs and outputs', () => {
  test('an input is renamed with all that it says, and keeps its place', () => {
    const [gone, made, order] = renamePort(GRAPH, 'inputs', 'a', ' text ')
    expect(gone).toEqual({ op: 'unexpose_input', at: '', name: 'a' })
    expect(made).toEqual({ op: 'expose_input', at: '', name: 'text', input: GRAPH.inputs?.['a'] })
    expect(order).toMatchObject({ writes: [{ new: [{ inputs: ['c', 'text', 'b'] }] }] })
  })

  test('an output is renamed with its source', () => {
    expect(renamePort(GRAPH, 'outputs', 'out', 'picture')[1]).toEqual({ op: 'expose_output', at: '', name: 'picture', source: 'draw.out' })
    expect(renamePort(GRAPH, 'outputs', 'out', 'out')).toEqual([])
  })

  test('a name is refused when it is empty, taken, or has dots', () => {
    expect(portNameFault(GRAPH, 'inputs', ' ', 'a')).not.toBeNull()
    expect(portNameFault(GRAPH, 'inputs', 'b', 'a')).not.toBeNull()
    expect(portNameFault(GRAPH, 'inputs', 'x.y', 'a')).not.toBeNull()
    expect(portNameFault(GRAPH, 'inputs', 'a', 'a')).toBeNull()
    expect(portNameFault(GRAPH, 'inputs', 'fresh', 'a')).toBeNull()
  })

  test('a field of an input is changed, or taken away', () => {
    expect(changeInput(GRAPH, 'a', { title: 'Words' })).toEqual([
      { op: 'expose_input', at: '', name: 'a', input: { to: ['draw.text'], default: 'x', title: 'Words' } },
    ])
    expect(changeInput(GRAPH, 'a', { default: undefined })).toEqual([
      { op: 'expose_input', at: '', name: 'a', input: { to: ['draw.text'], title: 'Text' } },
    ])
  })
})

describe('params in common', () => {
  const level = (over: Graph['nodes'], inputs: Graph['inputs'] = {}): Graph => ({ inputs, nodes: { ...over } })

  test('equal values are told, different ones are mixed', () => {
    const graph = level({ a: { type: 't.blur', params: { radius: 2 } }, b: { type: 't.blur', params: { radius: 2 } }, c: { type: 't.blur' } })
    expect(commonParams(graph, ['a', 'b'], KNOWN)).toMatchObject([{ port: 'radius', value: 2, mixed: false }])
    expect(commonParams(graph, ['a', 'c'], KNOWN)).toMatchObject([{ port: 'radius', value: undefined, mixed: true }])
  })

  test('what is linked, or set by an input of the graph, is not', () => {
    const linked = level({ a: { type: 't.blur' }, b: { type: 't.blur', links: { radius: 'n.out' } }, n: { type: 't.number' } })
    expect(commonParams(linked, ['a', 'b'], KNOWN)).toEqual([])
    const fed = level({ a: { type: 't.blur' }, b: { type: 't.blur' } }, { r: { to: ['a.radius'] } })
    expect(commonParams(fed, ['a', 'b'], KNOWN)).toEqual([])
  })

  test('ports of the same name and another kind are not', () => {
    const graph = level({ a: { type: 't.number' }, b: { type: 't.pass' } })
    expect(commonParams(graph, ['a', 'b'], KNOWN)).toEqual([])
  })
})

test('a run tells each instance that failed once, when it is over', () => {
  const run = { state: 'failed', failures: [{ instance: 'a', reason: 'no' }, { instance: 'a', reason: 'no' }, { instance: 'b', reason: 'x' }] } as unknown as RunRecord
  expect(failuresOf(run)).toEqual([{ instance: 'a', reason: 'no' }, { instance: 'b', reason: 'x' }])
  expect(failuresOf({ ...run, state: 'running' })).toEqual([])
  expect(failuresOf(undefined)).toEqual([])
})
