import { describe, expect, it } from 'vitest'
import { loop } from '../../src/graph/looping'
import type { Known } from '../../src/graph/ports'
import type { Graph, Operation } from '../../src/protocol'
import { CATALOGUE, frozen, KNOWN } from './samples'

const LEVEL: Graph = frozen({
  inputs: { radius: { to: ['blur.radius', 'other.radius'], default: 2 }, start: { to: ['late.picture'] } },
  outputs: { picture: 'soft.out' },
  nodes: {
    draw: { type: 't.draw', params: { text: 'a' } },
    blur: { type: 't.blur', links: { picture: 'draw.out' } },
    soft: { type: 't.blur', links: { picture: 'blur.out' } },
    other: { type: 't.blur', links: { picture: 'soft.out', mask: 'blur.out' } },
    late: { type: 't.blur' },
    add: { type: 't.add', links: { a: 'add2.out' } },
    add2: { type: 't.add' },
    total: { type: 't.total', links: { values: ['add2.out', 'add.out'] } },
  },
  view: { blur: { at: [0, 0] }, soft: { at: [100, 50] } },
})

function added(made: Operation[] | null) {
  return made?.flatMap((one) => (one.op === 'add' ? [one] : [])) ?? []
}

describe('instances made a loop', () => {
  const made = loop(LEVEL, ['blur', 'soft'], KNOWN, 'at', 5)

  it('give their place to it', () => {
    expect(made?.[0]).toEqual({ op: 'remove', at: 'at', names: ['blur', 'soft'] })
    expect(added(made)[0]).toMatchObject({ name: 'loop', at: 'at', position: [50, 25] })
  })

  it('carry what comes in and goes out alike, and gather the rest', () => {
    expect(added(made)[0]?.instance).toEqual({
      type: 'flow.loop',
      count: 5,
      carry: { picture: { link: 'draw.out' } },
      links: {},
      collect: ['blur'],
      graph: {
        inputs: { picture: { to: ['blur.picture'] }, radius: { to: ['blur.radius'] } },
        outputs: { picture: 'soft.out', blur: 'blur.out' },
        nodes: {
          blur: { type: 't.blur', links: {} },
          soft: { type: 't.blur', links: { picture: 'blur.out' } },
        },
        view: { blur: { at: [0, 0] }, soft: { at: [100, 50] } },
      },
    })
  })

  it('are read through it, and fed through it', () => {
    expect(made?.slice(2)).toEqual([
      { op: 'link', at: 'at', name: 'other', port: 'picture', source: 'loop.picture' },
      { op: 'link', at: 'at', name: 'other', port: 'mask', source: 'loop.blur' },
      { op: 'expose_output', at: 'at', name: 'picture', source: 'loop.picture' },
      {
        op: 'expose_input',
        at: 'at',
        name: 'radius',
        input: { to: ['other.radius', 'loop.radius'], default: 2 },
      },
    ])
  })

  it('carry no numbers', () => {
    const instance = added(loop(LEVEL, ['add'], KNOWN))[0]?.instance
    expect(instance).toMatchObject({ carry: {}, links: { a: 'add2.out' }, collect: ['add'] })
  })

  it('are all led on in a list', () => {
    const list = loop(LEVEL, ['add', 'add2'], KNOWN)?.find((one) => one.op === 'link')
    expect(list).toMatchObject({ name: 'total', source: ['loop.add2', 'loop.add'] })
  })
})

it('starts from an input of the graph by way of a reroute', () => {
  const pass = CATALOGUE.nodes.get('t.pass')
  const nodes = new Map(CATALOGUE.nodes)
  if (pass) nodes.set('flow.reroute', pass)
  const known: Known = { ...KNOWN, catalogue: { ...CATALOGUE, nodes } }
  const made = loop({ ...LEVEL, outputs: { late: 'late.out' } }, ['late'], known)
  expect(added(made).map(({ name, instance }) => [name, instance['type'], instance['carry']])).toEqual([
    ['loop', 'flow.loop', { start: { link: 'start_start.out' } }],
    ['start_start', 'flow.reroute', undefined],
  ])
  expect(made?.at(-1)).toEqual({
    op: 'expose_input',
    at: '',
    name: 'start',
    input: { to: ['start_start.value'] },
  })
})

it('is not made of part of a list, of a loop that starts outside, or of nothing', () => {
  const started: Graph = {
    nodes: { a: { type: 't.number' }, l: { type: 'flow.loop', count: { link: 'a.out' }, graph: {} } },
  }
  expect([
    loop(LEVEL, ['total', 'add'], KNOWN),
    loop(started, ['l'], KNOWN),
    loop(LEVEL, ['gone'], KNOWN),
  ]).toEqual([null, null, null])
})
