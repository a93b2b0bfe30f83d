import { describe, expect, it } from 'vitest'
import { splitPort } from '../../src/graph/level'
import { INPUTS, OUTPUTS } from '../../src/graph/links'
import { linkable, Linking } from '../../src/graph/linkable'
import type { Graph } from '../../src/protocol'
import fixture from './fixtures/links.json'
import { chain, GRAPH, KNOWN, KNOWN_GRAPH, reads, star } from './samples'

const port = splitPort

describe('a graph with subgraph, loop and lifted instance', () => {
  const linking = new Linking(GRAPH, KNOWN_GRAPH)
  const verdicts = fixture.verdicts as [string, string, string[]][]

  it('has each link refused that the engine finds wrong, and no other', () => {
    const told = verdicts.map(([from, to]) => [from, to, linking.check(port(from), port(to)).ok])
    expect(told).toEqual(verdicts.map(([from, to, wrong]) => [from, to, wrong.length === 0]))
  })

  it('lights up just the targets that can be linked', () => {
    for (const from of new Set(verdicts.map(([text]) => text))) {
      const right = verdicts.filter((verdict) => verdict[0] === from && verdict[2].length === 0)
      expect([from, [...linking.targetsOf(port(from))].sort()]).toEqual([
        from,
        right.map((verdict) => verdict[1]).sort(),
      ])
    }
  })

  it('lights up just the sources that can be linked', () => {
    for (const to of new Set(verdicts.map((verdict) => verdict[1]))) {
      const right = verdicts.filter((verdict) => verdict[1] === to && verdict[2].length === 0)
      expect([to, [...linking.sourcesOf(port(to))].sort()]).toEqual([to, right.map(([from]) => from).sort()])
    }
  })
})

describe('the reason', () => {
  it('names both types', () => {
    expect(linkable(GRAPH, port('draw.out'), port('add.a'), KNOWN_GRAPH)).toEqual({
      ok: false,
      code: 'type',
      reason: 'Picture does not fit float',
      source: 'Picture',
      target: 'float',
    })
  })

  it('names model families', () => {
    const families = { one: { F: 'sd1' }, two: { F: 'flux' } }
    const level: Graph = {
      nodes: {
        one: { type: 't.load' },
        two: { type: 't.load' },
        cells: { type: 't.latent', links: { like: 'one.out' } },
        decode: { type: 't.decode', links: { decoder: 'two.out' } },
      },
    }
    const verdict = linkable(level, port('cells.out'), port('decode.cells'), { ...KNOWN, families })
    expect(verdict).toMatchObject({ code: 'type', reason: 'Cells[sd1] does not fit Cells[flux]' })
    expect(linkable(level, port('cells.out'), port('decode.cells'), KNOWN).ok).toBe(true)
  })

  it('is a circle, also through many instances', () => {
    const verdict = linkable(chain(5), port('n4.out'), port('n0.value'), KNOWN)
    expect(verdict).toMatchObject({ code: 'circle', reason: 'that would make a circle' })
    expect(linkable(chain(5), port('n2.out'), port('n2.value'), KNOWN)).toMatchObject({ code: 'circle' })
  })

  it('is a port that is not there', () => {
    expect(linkable(GRAPH, port('add.no'), port('add.a'), KNOWN_GRAPH)).toMatchObject({ code: 'missing' })
    expect(linkable(GRAPH, port('add.out'), port('gone.a'), KNOWN_GRAPH)).toMatchObject({ code: 'missing' })
  })
})

it('lets a link take the place of one that bound a variable', () => {
  const level: Graph = {
    nodes: {
      n: { type: 't.number' },
      draw: { type: 't.draw' },
      p: { type: 't.pass', links: { value: 'n.out' } },
    },
  }
  expect(linkable(level, port('draw.out'), port('p.value'), KNOWN).ok).toBe(true)
  const bound: Graph = { nodes: { ...level.nodes, sum: { type: 't.add', links: { a: 'p.out' } } } }
  expect(linkable(bound, port('draw.out'), port('p.value'), KNOWN)).toMatchObject({
    reason: 'Picture does not fit float',
  })
})

it('knows what an instance of a missing node gives and takes as little as anybody', () => {
  const level: Graph = { nodes: { gone: { type: 'x.gone' }, add: { type: 't.add' } } }
  expect(linkable(level, port('gone.some'), port('add.a'), KNOWN).ok).toBe(true)
  expect(linkable(level, port('add.out'), port('gone.some'), KNOWN).ok).toBe(true)
})

it('gives a graph input the type of what it feeds', () => {
  const level: Graph = {
    inputs: { x: { to: ['add.a', 'w.x'] }, free: {} },
    nodes: { add: { type: 't.add' }, w: { type: 't.whole' }, draw: { type: 't.draw' } },
  }
  const linking = new Linking(level, KNOWN)
  expect(linking.check({ name: INPUTS, port: 'x' }, port('add.b')).ok).toBe(true)
  expect(linking.check({ name: INPUTS, port: 'x' }, port('draw.text'))).toMatchObject({
    reason: 'float does not fit str',
  })
  expect(linking.check({ name: INPUTS, port: 'free' }, port('draw.text')).ok).toBe(true)
  expect(linking.check({ name: INPUTS, port: 'gone' }, port('draw.text'))).toMatchObject({ code: 'missing' })
  expect(linking.check(port('draw.out'), { name: OUTPUTS, port: 'y' }).ok).toBe(true)
})

describe('work grows with the level, and no faster', () => {
  it.each([
    ['a chain', chain],
    ['a star', star],
  ])('%s', (_, make) => {
    const count = (length: number) =>
      reads(make(length), (level) => {
        const linking = new Linking(level, KNOWN)
        linking.targetsOf(port('n1.out'))
        linking.check(port('n1.out'), port(`n${length - 1}.value`))
      })
    expect(count(20_000)).toBeLessThanOrEqual(10.1 * count(2_000))
  })
})
