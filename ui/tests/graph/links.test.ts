import { describe, expect, it } from 'vitest'
import {
  fedPorts,
  INPUTS,
  isLink,
  linksOf,
  OUTPUTS,
  readOutputs,
  sourcesOf,
  textOf,
} from '../../src/graph/links'
import type { Graph, JsonValue } from '../../src/protocol'
import { reads, star } from './samples'

const LEVEL: Graph = {
  inputs: { x: { to: ['a.value', 'b.value'] } },
  outputs: { y: 'loop.s' },
  nodes: {
    a: { type: 't.number' },
    total: { type: 't.total', links: { values: ['a.out', 'b.out', 'a.out'] } },
    b: { type: 't.pass' },
    loop: {
      type: 'flow.loop',
      carry: { s: { link: 'total.out' }, t: 3 },
      count: { link: 'b.out' },
      links: { step: 'a.out' },
      params: { other: { link: 'no.link' } },
    },
  },
}

describe('links of a level', () => {
  const links = linksOf(LEVEL)

  it('are those of ports, loops, inputs and outputs', () => {
    const told = links.map(
      ({ source, target, index, kind }) => `${kind} ${textOf(source)} ${textOf(target)} ${index}`,
    )
    expect(told).toEqual([
      'link a.out total.values 0',
      'link b.out total.values 1',
      'link a.out total.values 2',
      'link a.out loop.step 0',
      'carry total.out loop.s 0',
      'count b.out loop.count 0',
      `input ${INPUTS}.x a.value 0`,
      `input ${INPUTS}.x b.value 0`,
      `output loop.s ${OUTPUTS}.y 0`,
    ])
  })

  it('have ids of their own that stay', () => {
    expect(new Set(links.map(({ id }) => id)).size).toBe(links.length)
    expect(linksOf({ ...LEVEL, title: 'Other' }).map(({ id }) => id)).toEqual(links.map(({ id }) => id))
  })
})

it('knows the sources of a port in order', () => {
  const { total, loop } = LEVEL.nodes ?? {}
  expect(sourcesOf(total ?? {}, 'values')).toEqual(['a.out', 'b.out', 'a.out'])
  expect(['s', 't', 'count', 'step', 'gone'].map((port) => sourcesOf(loop ?? {}, port))).toEqual([
    ['total.out'],
    [],
    ['b.out'],
    ['a.out'],
    [],
  ])
})

it('knows which outputs are read and which ports are fed', () => {
  expect(readOutputs(LEVEL)).toEqual(
    new Map([
      ['a', new Set(['out'])],
      ['b', new Set(['out'])],
      ['total', new Set(['out'])],
      ['loop', new Set(['s'])],
    ]),
  )
  expect(fedPorts(LEVEL)).toEqual(
    new Map([
      ['a', new Set(['value'])],
      ['b', new Set(['value'])],
    ]),
  )
})

it('tells links from values', () => {
  const values: JsonValue[] = [{ link: 'a.b' }, { link: 3 }, { link: 'a', more: 1 }, 'a.b', null, []]
  expect(values.map(isLink)).toEqual([true, false, false, false, false, false])
})

it('looks at each instance as often in a large graph as in a small one', () => {
  const count = (length: number) => reads(star(length), linksOf) / length
  expect(count(20_000)).toBeLessThanOrEqual(count(2_000) * 1.01)
})
