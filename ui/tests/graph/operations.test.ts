import { describe, expect, it } from 'vitest'
import { entry, splitPort as port } from '../../src/graph/level'
import { INPUTS, linksOf, OUTPUTS, textOf, type LinkView } from '../../src/graph/links'
import * as operations from '../../src/graph/operations'
import type { Graph } from '../../src/protocol'
import { CATALOGUE, frozen, KNOWN } from './samples'

const LEVEL: Graph = frozen({
  inputs: { x: { to: ['one.value', 'add.b'], default: 2, title: 'X' } },
  outputs: { sum: 'add.out' },
  nodes: {
    one: { type: 't.number' },
    add: { type: 't.add', links: { a: 'one.out' } },
    total: { type: 't.total', links: { values: ['one.out', 'add.out', 'one.out'] } },
    draw: { type: 't.draw', params: { text: 'a' } },
    blur: { type: 't.blur', links: { picture: 'draw.out' } },
    soft: { type: 't.blur', mode: 'mute' },
    loop: { type: 'flow.loop', carry: { s: { link: 'add.out' }, t: 1 }, count: 3, graph: {} },
  },
  view: { one: { at: [0, 0], folded: true }, add: { at: [100, 50] }, '.group.g': { at: [0, 0], extra: 1 } },
})

function linkTo(target: string, index = 0): LinkView {
  const found = linksOf(LEVEL).find((link) => textOf(link.target) === target && link.index === index)
  if (!found) throw new Error(`there is no link to ${target}`)
  return found
}

describe('adding', () => {
  it('names an instance after the last part of its node', () => {
    expect(operations.addNode(LEVEL, 't.whole', [3, 4], CATALOGUE)).toEqual([
      { op: 'add', at: '', name: 'whole', instance: { type: 't.whole', version: 1 }, position: [3, 4] },
    ])
    expect(operations.addNode(LEVEL, 't.add', [0, 0], CATALOGUE, 'sub')[0]).toMatchObject({
      name: 'add_2',
      at: 'sub',
    })
    expect(operations.addNode(LEVEL, 't.gone', [0, 0], CATALOGUE)).toEqual([])
  })

  it('numbers names from 2', () => {
    expect(operations.freeName({ nodes: { a: {}, a_2: {} } }, 'x.a')).toBe('a_3')
    expect(operations.freeName({}, 'a', new Set(['a']))).toBe('a_2')
    expect(operations.freeName({}, 'a/b')).toBe('a_b')
  })
})

describe('links', () => {
  it('take the place of a single one', () => {
    expect(operations.link(LEVEL, port('total.out'), port('add.a'), KNOWN)).toEqual([
      { op: 'link', at: '', name: 'add', port: 'a', source: 'total.out' },
    ])
  })

  it('come last, or at their place, on a variadic port', () => {
    const sources = (index?: number) =>
      operations.link(LEVEL, port('add.out'), port('total.values'), KNOWN, '', index)
    expect(sources()).toEqual([
      {
        op: 'link',
        at: '',
        name: 'total',
        port: 'values',
        source: ['one.out', 'add.out', 'one.out', 'add.out'],
      },
    ])
    expect(sources(0)[0]).toMatchObject({ source: ['add.out', 'one.out', 'add.out', 'one.out'] })
  })

  it('take a port from the graph input that feeds it', () => {
    expect(operations.link(LEVEL, port('one.out'), port('add.b'), KNOWN)[0]).toEqual({
      op: 'expose_input',
      at: '',
      name: 'x',
      input: { to: ['one.value'], default: 2, title: 'X' },
    })
  })

  it('go where a loop keeps them', () => {
    expect(operations.link(LEVEL, port('one.out'), port('loop.t'), KNOWN)).toEqual([
      {
        op: 'set_fields',
        at: '',
        name: 'loop',
        fields: { carry: { s: { link: 'add.out' }, t: { link: 'one.out' } } },
      },
    ])
    expect(operations.link(LEVEL, port('one.out'), port('loop.count'), KNOWN)[0]).toMatchObject({
      fields: { count: { link: 'one.out' } },
    })
    expect(operations.link(LEVEL, port('one.out'), port('loop.other'), KNOWN)[0]).toMatchObject({
      op: 'link',
    })
  })

  it('lead from inputs and to outputs of the graph', () => {
    expect(operations.link(LEVEL, { name: INPUTS, port: 'x' }, port('add.a'), KNOWN)).toEqual([
      { op: 'unlink', at: '', name: 'add', port: 'a' },
      {
        op: 'expose_input',
        at: '',
        name: 'x',
        input: { to: ['one.value', 'add.b', 'add.a'], default: 2, title: 'X' },
      },
    ])
    expect(operations.link(LEVEL, port('one.out'), { name: OUTPUTS, port: 'y' }, KNOWN)).toEqual([
      { op: 'expose_output', at: '', name: 'y', source: 'one.out' },
    ])
  })

  it('go one by one, the others of a list staying', () => {
    expect(operations.unlink(LEVEL, linkTo('total.values', 1))).toEqual([
      { op: 'link', at: '', name: 'total', port: 'values', source: ['one.out', 'one.out'] },
    ])
    expect(operations.unlink(LEVEL, linkTo('add.a'))).toEqual([
      { op: 'unlink', at: '', name: 'add', port: 'a' },
    ])
    expect(operations.unlink(LEVEL, linkTo('loop.s'))[0]).toMatchObject({
      fields: { carry: { s: null, t: 1 } },
    })
    expect(operations.unlink(LEVEL, linkTo('one.value'))[0]).toMatchObject({
      name: 'x',
      input: { to: ['add.b'] },
    })
    expect(operations.unlink(LEVEL, linkTo(`${OUTPUTS}.sum`))).toEqual([
      { op: 'unexpose_output', at: '', name: 'sum' },
    ])
  })

  it('go together', () => {
    const gone = [linkTo('total.values', 0), linkTo('total.values', 2), linkTo('one.value'), linkTo('add.b')]
    expect(operations.unlinkAll(LEVEL, gone)).toEqual([
      { op: 'link', at: '', name: 'total', port: 'values', source: ['add.out'] },
      { op: 'expose_input', at: '', name: 'x', input: { to: [], default: 2, title: 'X' } },
    ])
  })

  it('move to another source together, each in its place', () => {
    const moved = linksOf(LEVEL).filter(({ source }) => source.name === 'one' || source.name === 'add')
    expect(operations.moveLinks(LEVEL, moved, port('draw.out'))).toEqual([
      { op: 'link', at: '', name: 'add', port: 'a', source: 'draw.out' },
      { op: 'link', at: '', name: 'total', port: 'values', source: ['draw.out', 'draw.out', 'draw.out'] },
      { op: 'set_fields', at: '', name: 'loop', fields: { carry: { s: { link: 'draw.out' }, t: 1 } } },
      { op: 'expose_output', at: '', name: 'sum', source: 'draw.out' },
    ])
  })

  it('have either end dragged elsewhere', () => {
    const old = linkTo('total.values', 1)
    expect(operations.reconnect(LEVEL, old, port('draw.out'), old.target, KNOWN)).toEqual([
      { op: 'link', at: '', name: 'total', port: 'values', source: ['one.out', 'draw.out', 'one.out'] },
    ])
    expect(operations.reconnect(LEVEL, old, old.source, port('add.a'), KNOWN).map(({ op }) => op)).toEqual([
      'link',
      'link',
    ])
    expect(operations.reconnect(LEVEL, old, old.source, old.target, KNOWN)).toEqual([])
  })
})

describe('values', () => {
  it('are params, or fields of a loop', () => {
    expect(operations.setParam(LEVEL, 'draw', 'text', 'b')).toEqual([
      { op: 'set_param', at: '', name: 'draw', port: 'text', value: 'b' },
    ])
    expect(operations.setParam(LEVEL, 'loop', 'count', 5)[0]).toMatchObject({
      op: 'set_fields',
      fields: { count: 5 },
    })
    expect(operations.setParam(LEVEL, 'loop', 's', 0)[0]).toMatchObject({ fields: { carry: { s: 0, t: 1 } } })
    expect(operations.unsetParam(LEVEL, 'draw', 'text')[0]).toMatchObject({ op: 'unset_param' })
    expect(operations.unsetParam(LEVEL, 'loop', 't')[0]).toMatchObject({ fields: { carry: { t: null } } })
  })
})

describe('instances', () => {
  it('are renamed to what is free', () => {
    expect(operations.rename(LEVEL, 'one', ' two ')).toEqual([
      { op: 'rename', at: '', name: 'one', to: 'two' },
    ])
    expect(operations.rename(LEVEL, 'one', 'a.b/c')[0]).toMatchObject({ to: 'a_b_c' })
    expect(operations.rename(LEVEL, 'one', 'add')[0]).toMatchObject({ to: 'add_2' })
    expect([operations.rename(LEVEL, 'one', 'one'), operations.rename(LEVEL, 'one', ' ')]).toEqual([[], []])
  })

  it('are muted together, and run again when all were muted', () => {
    const modes = (names: string[]) =>
      operations.toggleMode(LEVEL, names, 'mute').map((one) => 'fields' in one && one.fields)
    expect(modes(['blur', 'soft'])).toEqual([{ mode: 'mute' }, { mode: 'mute' }])
    expect(modes(['soft'])).toEqual([{ mode: null }])
  })

  it('are lifted and lowered, frozen and thawed', () => {
    expect(operations.lift(LEVEL, 'blur', 'picture')[0]).toMatchObject({ fields: { over: ['picture'] } })
    expect(operations.lift({ nodes: { a: { over: ['p'] } } }, 'a', 'p')[0]).toMatchObject({
      fields: { over: null },
    })
    expect(operations.freeze('blur', 'ab')[0]).toMatchObject({ fields: { frozen: 'ab' } })
  })

  it('are frozen where a result is stored, and thawed when all these are frozen', () => {
    const level = { nodes: { free: {}, new: {}, ice: { frozen: 'cd' }, lost: { frozen: 'ef' } } }
    const done = (keys: [string, string][]) =>
      operations.toggleFrozen(level, new Map(keys)).map((one) => one.op === 'set_fields' && [one.name, one.fields])
    expect(done([['free', 'ab'], ['new', ''], ['ice', 'cd'], ['gone', 'ab']])).toEqual([['free', { frozen: 'ab' }]])
    expect(done([['new', ''], ['ice', 'cd'], ['lost', '']])).toEqual([
      ['ice', { frozen: null }],
      ['lost', { frozen: null }],
    ])
    expect(done([['new', '']])).toEqual([])
  })

  it('move to whole pixels', () => {
    expect(operations.moveTo(new Map([['one', [1.4, 2.6]]]))).toEqual([
      { op: 'move', at: '', positions: { one: [1, 3] } },
    ])
    expect(operations.moveTo(new Map())).toEqual([])
    expect(operations.removeAll([])).toEqual([])
  })

  it('are copied with their links', () => {
    const copied = operations.duplicate(LEVEL, ['add', 'total'])
    expect(
      copied.map((one) => (one.op === 'add' ? [one.name, one.position, one.instance['links']] : one.op)),
    ).toEqual([
      ['add_2', [132, 82], { a: 'one.out' }],
      ['total_2', [164, 114], { values: ['one.out', 'add_2.out', 'one.out'] }],
      'expose_input',
    ])
  })
})

describe('a link', () => {
  it('leads through an instance that is dropped on it', () => {
    expect(operations.insertOnLink(LEVEL, linkTo('blur.picture'), 'soft', KNOWN)).toEqual([
      { op: 'link', at: '', name: 'soft', port: 'picture', source: 'draw.out' },
      { op: 'link', at: '', name: 'blur', port: 'picture', source: 'soft.out' },
    ])
    expect(operations.insertOnLink(LEVEL, linkTo('blur.picture'), 'total', KNOWN)).toBeNull()
    expect(operations.insertOnLink(LEVEL, linkTo('blur.picture'), 'blur', KNOWN)).toBeNull()
  })

  it('keeps its place in a list', () => {
    const made = operations.insertNewOnLink(LEVEL, linkTo('total.values', 1), 't.whole', [1, 2], KNOWN)
    expect(made?.map((one) => one.op)).toEqual(['add', 'link', 'link'])
    expect(made?.at(-1)).toMatchObject({ name: 'total', source: ['one.out', 'whole.out', 'one.out'] })
    expect(operations.insertNewOnLink(LEVEL, linkTo('total.values', 1), 't.draw', [1, 2], KNOWN)).toBeNull()
  })

  it('of a graph input leads on from the instance', () => {
    const made = operations.insertNewOnLink(LEVEL, linkTo('add.b'), 't.number', [1, 2], KNOWN)
    expect(made?.slice(1)).toEqual([
      {
        op: 'expose_input',
        at: '',
        name: 'x',
        input: { to: ['one.value', 'number.value'], default: 2, title: 'X' },
      },
      { op: 'link', at: '', name: 'add', port: 'b', source: 'number.out' },
    ])
  })

  it('is led around a point', () => {
    const known = { ...KNOWN, catalogue: { ...CATALOGUE, nodes: new Map(CATALOGUE.nodes) } }
    const pass = entry(Object.fromEntries(CATALOGUE.nodes), 't.pass')
    if (pass) known.catalogue.nodes.set('flow.reroute', { ...pass, id: 'flow.reroute' })
    const made = operations.reroute(LEVEL, linkTo('add.a'), [5, 5], known)
    expect(made.map((one) => one.op)).toEqual(['add', 'link', 'link'])
    expect(made[0]).toMatchObject({ name: 'reroute', position: [5, 5] })
  })

  it('leave the link that they stand in when they alone are removed', () => {
    const point = { type: 'flow.reroute', links: { value: 'one.out' } }
    const total = { type: 't.total', links: { values: ['point.out', 'add.out'] } }
    const level: Graph = { ...LEVEL, outputs: { sum: 'point.out' }, nodes: { ...LEVEL.nodes, point, total } }
    const [gone] = operations.removeAll(['point'])
    expect(operations.removeFrom(level, ['point'])).toEqual([
      { op: 'link', at: '', name: 'total', port: 'values', source: ['one.out', 'add.out'] },
      { op: 'expose_output', at: '', name: 'sum', source: 'one.out' },
      gone,
    ])
    expect(operations.removeFrom(level, ['point', 'total'])).toEqual(operations.removeAll(['point', 'total']))
    expect(operations.removeFrom(level, ['add'])).toEqual(operations.removeAll(['add']))
  })
})

describe('the graph', () => {
  it('gets inputs with the value that stands there', () => {
    expect(operations.exposeInput(LEVEL, 'draw', 'text', KNOWN)).toEqual([
      { op: 'expose_input', at: '', name: 'text', input: { to: ['draw.text'], title: 'Text', default: 'a' } },
    ])
    expect(operations.exposeInput(LEVEL, 'draw', 'style', KNOWN)[0]).toMatchObject({
      input: { default: 'ink' },
    })
    expect(operations.exposeInput(LEVEL, 'blur', 'mask', KNOWN)[0]).toMatchObject({
      input: { default: null },
    })
    const required = operations.exposeInput(LEVEL, 'blur', 'picture', KNOWN)
    expect(required[0]).toEqual({ op: 'unlink', at: '', name: 'blur', port: 'picture' })
    expect(required[1]).toMatchObject({ input: { to: ['blur.picture'] } })
    expect((required[1] as { input: object }).input).not.toHaveProperty('default')
  })

  it('takes a port from the input that fed it before', () => {
    const made = operations.exposeInput(LEVEL, 'one', 'value', KNOWN)
    expect(made.map((one) => 'name' in one && one.name)).toEqual(['x', 'value'])
    expect(made[0]).toMatchObject({ input: { to: ['add.b'] } })
  })

  it('gets outputs under free names', () => {
    expect(operations.exposeOutput(LEVEL, 'blur', 'out')).toEqual([
      { op: 'expose_output', at: '', name: 'blur', source: 'blur.out' },
    ])
    expect(operations.exposeOutput(LEVEL, 'one', 'sum')[0]).toMatchObject({ name: 'sum_2' })
  })

  it('gets subgraphs and loops', () => {
    expect(operations.embed(LEVEL, ['one', 'gone', 'add'])).toEqual([
      { op: 'embed', at: '', names: ['one', 'add'], name: 'subgraph' },
    ])
    expect(operations.embed(LEVEL, ['gone'])).toEqual([])
    expect(operations.addLoop(LEVEL, [0, 0])[0]).toMatchObject({
      name: 'loop_2',
      instance: { type: 'flow.loop', count: 10, graph: {} },
    })
  })
})

describe('the view', () => {
  it('is written field by field, of the instances that there are', () => {
    expect(operations.toggleCollapsed(LEVEL, ['one', 'draw', 'gone'])).toEqual([
      { op: 'show', at: '', shown: { one: { collapsed: true }, draw: { collapsed: true } } },
    ])
    expect(operations.toggleCollapsed(LEVEL, ['gone'])).toEqual([])
    expect(operations.setColour(LEVEL, ['add'], 'red', 'loop')).toEqual([
      { op: 'show', at: 'loop', shown: { add: { colour: 'red' } } },
    ])
    expect(operations.resize(LEVEL, 'add', [300.4, 200])).toEqual([
      { op: 'show', at: '', shown: { add: { size: [300, 200] } } },
    ])
  })

  it('takes away what is taken back', () => {
    const level: Graph = { nodes: { a: {} }, view: { a: { pinned: true } } }
    expect(operations.togglePinned(level, ['a'])).toEqual([{ op: 'show', at: '', shown: { a: { pinned: null } } }])
    expect(operations.setColour(level, ['a'], '')).toEqual([{ op: 'show', at: '', shown: { a: { colour: null } } }])
  })

  it('has frames around instances', () => {
    const sizes = new Map<string, [number, number]>([['add', [100, 100]]])
    expect(operations.group(LEVEL, ['one', 'add', 'draw'], sizes, 'G', '', 'red', 'id')).toEqual([
      {
        op: 'group',
        at: '',
        id: 'id',
        value: { title: 'G', colour: 'red', at: [-24, -60], size: [248, 234] },
      },
    ])
    expect(operations.group(LEVEL, ['draw'], sizes, 'G')).toEqual([])
    const frame = { at: [-24, -60] as [number, number], size: [248, 234] as [number, number] }
    expect(
      operations.membersOf(
        frame,
        new Map([
          ['in', [0, 0]],
          ['out', [400, 0]],
        ]),
        sizes,
      ),
    ).toEqual(['in'])
  })

  it('keeps fields of groups that nobody here knows', () => {
    const group = {
      id: 'g',
      title: 'G',
      colour: '',
      at: [1, 1] as [number, number],
      size: [9, 9] as [number, number],
    }
    expect(operations.setGroup(LEVEL, group)[0]).toMatchObject({ value: { extra: 1, title: 'G' } })
    expect(operations.ungroup('g')).toEqual([{ op: 'group', at: '', id: 'g', value: null }])
  })

  it('has notes', () => {
    expect(operations.note('hi', [1, 2], '', 'n')[0]).toMatchObject({
      op: 'note',
      id: 'n',
      value: { text: 'hi', at: [1, 2] },
    })
    expect(operations.removeNote('n')[0]).toMatchObject({ value: null })
    expect(new Set(Array.from({ length: 50 }, operations.newId)).size).toBe(50)
  })
})
