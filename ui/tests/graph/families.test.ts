import { describe, expect, it } from 'vitest'
import { familiesOf, tellsFamily } from '../../src/graph/families'
import { linkable } from '../../src/graph/linkable'
import { interfaceOf, type Interface, type Known } from '../../src/graph/ports'
import { shownType } from '../../src/graph/shownType'
import type { Graph } from '../../src/protocol'
import { CATALOGUE, KNOWN } from './samples'

const LEVEL: Graph = {
  inputs: { model: { to: ['one.file', 'sub.file'] }, size: { to: ['cells.size'] } },
  nodes: {
    one: { type: 't.load', params: { file: 'sd1-tiny.st' } },
    two: { type: 't.load', params: { file: 'flux-tiny.st' } },
    cells: { type: 't.latent', links: { like: 'one.out' } },
    decode: { type: 't.decode', links: { decoder: 'two.out' } },
    number: { type: 't.number' },
    sub: { graph: {} },
  },
}

/** What the server says of the level: of the two loaders, and of a subgraph, whose families nobody tells. */
const INTERFACES = {
  one: told('one', { F: 'sd1' }),
  two: told('two', { F: 'flux' }),
  sub: { inputs: {}, outputs: {}, title: '', help: '', families: {} },
}
const TOLD: Known = { catalogue: CATALOGUE, interfaces: INTERFACES, families: familiesOf(INTERFACES) }

function told(name: string, families: Record<string, string>): Interface {
  const instance = LEVEL.nodes?.[name]
  const face = instance && interfaceOf(instance, name, CATALOGUE, {})
  if (!face) throw new Error(`no ${name}`)
  return { ...face, families }
}

it('reads the families of those instances that tell any', () => {
  expect(familiesOf(INTERFACES)).toEqual({ one: { F: 'sd1' }, two: { F: 'flux' } })
  expect(familiesOf(INTERFACES)).toBe(familiesOf(INTERFACES))
})

it('refuses to link models of two families, and says which', () => {
  const [from, to] = [
    { name: 'cells', port: 'out' },
    { name: 'decode', port: 'cells' },
  ]
  const verdict = linkable(LEVEL, from, to, TOLD)
  expect(verdict).toMatchObject({ ok: false, reason: 'Cells[sd1] does not fit Cells[flux]' })
})

it('shows types with the family that reaches a port', () => {
  const shown = (name: string, side: 'inputs' | 'outputs', port: string, known = TOLD) => {
    const instance = LEVEL.nodes?.[name]
    const record = instance && interfaceOf(instance, name, CATALOGUE, known.interfaces)?.[side][port]
    return record && shownType(LEVEL, name, record, known)
  }
  expect(shown('one', 'outputs', 'out')).toBe('Decoder[sd1]')
  expect(shown('cells', 'outputs', 'out')).toBe('Cells[sd1]')
  expect(shown('decode', 'inputs', 'cells')).toBe('Cells[flux]')
  expect(shown('decode', 'outputs', 'out')).toBe('Picture')
  expect(shown('decode', 'inputs', 'cells', KNOWN)).toBe('Cells[F]')
})

describe('a value tells another family', () => {
  const tells = (where: string[], known = KNOWN, inside = false) => tellsFamily(LEVEL, where, known, inside)

  it('when it is typed into a node whose outputs say more than its inputs', () => {
    expect(tells(['nodes', 'one', 'params', 'file'])).toBe(true)
    expect(tells(['nodes', 'cells', 'params', 'size'])).toBe(false)
    expect(tells(['nodes', 'number', 'params', 'value'])).toBe(false)
    expect(tells(['nodes', 'gone', 'params', 'value'])).toBe(false)
  })

  it('when an input of the graph takes it there', () => {
    expect(tells(['inputs', 'model'])).toBe(true)
    expect(tells(['inputs', 'size'])).toBe(false)
  })

  it('when it leads to the level that is shown', () => {
    expect(tells(['nodes', 'sub', 'params', 'file'])).toBe(false)
    expect(tells(['nodes', 'sub', 'params', 'file'], KNOWN, true)).toBe(true)
  })

  it('not when a card is moved', () => {
    expect(tells(['view', 'one'])).toBe(false)
  })
})
