import { expect, it } from 'vitest'
import { leaving, pulled } from '../../src/graph/drawn'
import { commonSources, landing } from '../../src/graph/landing'
import { Linking } from '../../src/graph/linkable'
import type { Graph } from '../../src/protocol'
import { KNOWN } from './samples'

const level: Graph = {
  nodes: {
    one: { type: 't.number' },
    two: { type: 't.number' },
    sum: { type: 't.add', links: { a: 'one.out' } },
    all: { type: 't.total', links: { values: ['one.out', 'two.out'] } },
    picture: { type: 't.draw' },
    blur: { type: 't.blur', links: { picture: 'picture.out', radius: 'one.out' } },
  },
  inputs: { size: { to: ['sum.b'] } },
}
const targets = (name: string) => new Linking(level, KNOWN).targetsOf({ name, port: 'out' })

it('lands on the first port that takes the link and has nothing yet', () => {
  expect(landing(level, 'blur', 'in', targets('picture'), KNOWN)).toEqual({ name: 'blur', port: 'mask' })
})

it('lands on a port that something feeds when none is free', () => {
  expect(landing(level, 'sum', 'in', targets('two'), KNOWN)).toEqual({ name: 'sum', port: 'a' })
})

it('lands nowhere when no port takes the link', () => {
  expect(landing(level, 'picture', 'in', targets('blur'), KNOWN)).toBeNull()
})

it('pulls the link out of an input, but none out of one that takes several', () => {
  expect(pulled(level, { name: 'sum', port: 'a' }, KNOWN)?.source).toEqual({ name: 'one', port: 'out' })
  expect(pulled(level, { name: 'all', port: 'values' }, KNOWN)).toBeNull()
  expect(pulled(level, { name: 'sum', port: 'b' }, KNOWN)).toBeNull() // what the graph's input feeds is no link that is drawn
})

it('finds the links that begin at an output', () => {
  expect(leaving(level, { name: 'one', port: 'out' }, KNOWN).map(({ target }) => target.name)).toEqual(['sum', 'all', 'blur'])
})

it('offers all links only outputs that each of them can come from', () => {
  const mixed = [...leaving(level, { name: 'one', port: 'out' }, KNOWN), ...leaving(level, { name: 'picture', port: 'out' }, KNOWN)]
  expect(commonSources(level, leaving(level, { name: 'one', port: 'out' }, KNOWN), KNOWN)).toContain('two.out')
  expect(commonSources(level, mixed, KNOWN)).toEqual(new Set())
})

it('counts the link to the edge of a frame among those of an output, which no edge can give instead', () => {
  const inner = { ...level, outputs: { y: 'one.out' } }
  const known = { ...KNOWN, border: { inputs: { size: { class: 'float' } }, outputs: ['y'] } }
  const links = leaving(inner, { name: 'one', port: 'out' }, known)
  expect(links.map(({ target }) => target.name)).toEqual(['sum', 'all', 'blur', '.outputs'])
  expect(new Linking(inner, known).sourcesOf({ name: 'sum', port: 'a' })).toContain('.inputs.size')
  expect([...commonSources(inner, links.slice(0, 1), known)].filter((text) => text.startsWith('.'))).toEqual([])
})
