import { expect, it } from 'vitest'
import { Flowing } from '../../src/graph/flowing'
import type { Graph } from '../../src/protocol'
import { chain, KNOWN } from './samples'

it('follows points that pass on what they take to where a type is said', () => {
  const { nodes } = chain(3)
  const level: Graph = { nodes: { ...nodes, number: { type: 't.number' }, n0: { type: 't.pass', links: { value: 'number.out' } } } }
  expect(new Flowing(level, KNOWN).outOf({ name: 'n2', port: 'out' })).toEqual({ kind: 'number', list: false })
})

it('tells that a list flows through', () => {
  const level: Graph = { nodes: { range: { type: 't.range' }, pass: { type: 't.pass', links: { value: 'range.out' } } } }
  expect(new Flowing(level, KNOWN).outOf({ name: 'pass', port: 'out' })).toEqual({ kind: 'number', list: true })
})

it('knows nothing of what nothing leads to, or of a circle', () => {
  const level: Graph = { nodes: { one: { type: 't.pass', links: { value: 'two.out' } }, two: { type: 't.pass', links: { value: 'one.out' } } } }
  expect(new Flowing(level, KNOWN).outOf({ name: 'one', port: 'out' }).kind).toBe('other')
  expect(new Flowing({ nodes: { one: { type: 't.pass' } } }, KNOWN).outOf({ name: 'one', port: 'out' }).kind).toBe('other')
})
