import { describe, expect, test } from 'vitest'
import { additionOf, freePlace } from '../../../src/panels/AddNode/addition'
import { faceOf } from '../../../src/panels/AddNode/face'
import { fittingPort, looseLink } from '../../../src/panels/AddNode/fitting'
import { joined } from '../../../src/panels/AddNode/Marked'
import { allGraphs, baseOf, graphOffers, libraryOffers, nodeOffers, offerSections, refOf } from '../../../src/panels/AddNode/offers'
import type { Openable } from '../../../src/panels/Templates/openable'
import type { Graph, LibraryRecord } from '../../../src/protocol'
import { CATALOGUE, KNOWN } from '../../graph/samples'

const LEVEL: Graph = {
  nodes: {
    draw: { type: 't.draw', params: { text: 'a' } },
    blur: { type: 't.blur' },
    load: { type: 't.load' },
    sum: { type: 't.total', links: { values: ['n.out'] } },
    n: { type: 't.number' },
  },
}

function node(id: string) {
  const found = CATALOGUE.nodes.get(id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

function loose(name: string, port: string, side: 'in' | 'out') {
  const link = looseLink(LEVEL, { name, port, side }, KNOWN)
  if (!link) throw new Error(`there is no ${name}.${port}`)
  return link
}

describe('what takes a link that was dropped', () => {
  test('nodes with an input of its type are offered with that input', () => {
    const offers = nodeOffers(CATALOGUE, loose('draw', 'out', 'out'))
    const ports = Object.fromEntries(offers.map(({ id, port }) => [id, port]))
    expect(ports).toMatchObject({ 't.blur': 'picture', 't.pass': 'value', 't.either': 'yes' })
    expect(ports).not.toHaveProperty('t.total')
    expect(ports).not.toHaveProperty('t.load')
  })

  test('from an input, nodes with an output of its type are offered with that output', () => {
    const ids = nodeOffers(CATALOGUE, loose('blur', 'picture', 'in')).map(({ id }) => id)
    expect(ids).toContain('t.draw')
    expect(ids).toContain('t.pass')
    expect(ids).not.toContain('t.number')
  })

  test('a port of the type goes before one that takes anything', () => {
    const face = { inputs: { ...node('t.pass').inputs, ...node('t.blur').inputs }, outputs: {} }
    expect(Object.keys(face.inputs)[0]).toBe('value')
    expect(fittingPort(face, loose('draw', 'out', 'out'), CATALOGUE)).toBe('picture')
  })

  test('a required port goes before an optional one of the same type', () => {
    expect(fittingPort(node('t.blur'), loose('draw', 'out', 'out'), CATALOGUE)).toBe('picture')
  })

  test('there is none at a port that is not there', () => {
    expect(looseLink(LEVEL, { name: 'draw', port: 'gone', side: 'out' }, KNOWN)).toBeNull()
  })
})

describe('the operations of adding', () => {
  const blur = { instance: { type: 't.blur', version: 1 }, base: 't.blur', port: 'picture' }

  test('the instance gets a free name and is linked', () => {
    const { name, operations } = additionOf(LEVEL, blur, [10, 20], KNOWN, 'in', { name: 'draw', port: 'out', side: 'out' })
    expect(name).toBe('blur_2')
    expect(operations).toEqual([
      { op: 'add', at: 'in', name: 'blur_2', instance: { type: 't.blur', version: 1 }, position: [10, 20] },
      { op: 'link', at: 'in', name: 'blur_2', port: 'picture', source: 'draw.out' },
    ])
  })

  test('a variadic input takes the new node behind what it has', () => {
    const number = { instance: { type: 't.number' }, base: 't.number', port: 'out' }
    const { operations } = additionOf(LEVEL, number, [0, 0], KNOWN, '', { name: 'sum', port: 'values', side: 'in' })
    expect(operations[1]).toEqual({ op: 'link', at: '', name: 'sum', port: 'values', source: ['n.out', 'number.out'] })
  })

  test('nothing is linked when the other node has gone meanwhile', () => {
    const { operations } = additionOf(LEVEL, blur, [0, 0], KNOWN, '', { name: 'gone', port: 'out', side: 'out' })
    expect(operations).toHaveLength(1)
  })
})

test('a node that is added where one stands is put a little beside it', () => {
  const level = { nodes: { a: {}, b: {} }, view: { a: { at: [10, 10] }, b: { at: [42, 42] } } }
  expect(freePlace(level, [10, 10])).toEqual([74, 74])
  expect(freePlace(level, [0, 0])).toEqual([0, 0])
})

const openable = (name: string, origin: Openable['origin'] = 'graphs'): Openable => ({
  name, origin, title: name, help: '', modified: 1, size: 1, example: '', needs: [],
})

describe('graphs as nodes', () => {
  const shelved = (name: string, graph: Graph): LibraryRecord => {
    const face = faceOf({ ...graph, nodes: { blur: { type: 't.blur' } } }, CATALOGUE)
    const told = { kind: 'ref', title: 'Blurred', help: '', inputs: face.inputs, outputs: face.outputs, families: {} } as const
    return { name, title: 'Blurred', help: 'Blurs.', modified: 1, size: 1, example: '', needs: [], interface: told }
  }
  const blurs = { inputs: { picture: { to: ['blur.picture'] } }, outputs: { out: 'blur.out' } }

  test('one of the library is referred to by its name there, and takes a link that fits', () => {
    const library = [shelved('library/blurred.json', blurs), shelved('silent.json', { inputs: blurs.inputs })]
    expect(libraryOffers(library, CATALOGUE, null)).toMatchObject([
      { id: 'library/blurred.json', instance: { ref: 'library/blurred.json' }, title: 'Blurred', port: '' },
    ])
    expect(libraryOffers(library, CATALOGUE, loose('draw', 'out', 'out'))).toMatchObject([{ port: 'picture' }])
    expect(libraryOffers(library, CATALOGUE, loose('n', 'out', 'out'))).toEqual([])
  })

  test('one beside the graph is meant rather than one of the library that is called the same', () => {
    const files = graphOffers([openable('blurred.json')], {}, '', CATALOGUE, null)
    const library = libraryOffers([shelved('blurred.json', blurs), shelved('other.json', blurs)], CATALOGUE, null)
    expect(allGraphs(files, library).map(({ key }) => key)).toEqual(['graphs/blurred.json@1', 'library/other.json'])
  })

  test('a graph refers to those in its folder and below it, and not to itself', () => {
    expect(refOf(openable('faces/red.json'), 'faces/blue.json')).toBe('red.json')
    expect(refOf(openable('faces/old/red.json'), 'faces/blue.json')).toBe('old/red.json')
    expect(refOf(openable('red.json'), 'faces/blue.json')).toBeNull()
    expect(refOf(openable('a.json'), 'a.json')).toBeNull()
    expect(refOf(openable('faces/red.json'), '')).toBe('faces/red.json')
  })

  test('its ports are those inside that they lead to', () => {
    const graph: Graph = {
      title: 'Blurred',
      inputs: { picture: { to: ['blur.picture'] }, radius: { to: ['blur.radius'], default: 3, help: 'How far.' } },
      outputs: { out: 'blur.out' },
      nodes: { blur: { type: 't.blur' } },
    }
    const face = faceOf(graph, CATALOGUE)
    expect(face.inputs['picture']).toMatchObject({ type: 'Picture', required: true })
    expect(face.inputs['radius']).toMatchObject({ type: 'float', required: false, help: 'How far.' })
    expect(face.inputs['radius']?.schema['default']).toBe(3)
    expect(face.outputs['out']?.type).toBe('Picture')
  })

  test('a port that leads into an embedded graph has the type inside; a variable fits anything', () => {
    const inner: Graph = { inputs: { a: { to: ['p.value'] } }, outputs: { b: 'draw.out' }, nodes: { p: { type: 't.pass' }, draw: { type: 't.draw' } } }
    const face = faceOf({ inputs: { x: { to: ['in.a'] } }, outputs: { y: 'in.b' }, nodes: { in: { graph: inner } } }, CATALOGUE)
    expect(face.outputs['y']?.type).toBe('Picture')
    expect(face.inputs['x']?.shape).toEqual({})
  })

  test('those that give nothing are not offered; with a link only those whose ports are known and take it', () => {
    const one = openable('blurred.json')
    const key = 'graphs/blurred.json@1'
    const graph: Graph = { inputs: { picture: { to: ['blur.picture'] } }, outputs: { out: 'blur.out' }, nodes: { blur: { type: 't.blur' } } }
    const link = loose('draw', 'out', 'out')
    expect(graphOffers([one], {}, '', CATALOGUE, null)).toHaveLength(1)
    expect(graphOffers([one], { [key]: { nodes: {} } }, '', CATALOGUE, null)).toHaveLength(0)
    expect(graphOffers([one], {}, '', CATALOGUE, link)).toHaveLength(0)
    expect(graphOffers([one], { [key]: graph }, '', CATALOGUE, link)).toMatchObject([{ port: 'picture', instance: { ref: 'blurred.json' } }])
    expect(graphOffers([one], { [key]: graph }, '', CATALOGUE, loose('n', 'out', 'out'))).toHaveLength(0)
  })

  test('an instance is named like the file', () => {
    expect(baseOf({ kind: 'graph', id: 'faces/red.v2.json' })).toBe('red_v2')
    expect(baseOf({ kind: 'node', id: 't.blur' })).toBe('t.blur')
  })
})

test('favourites come first, then what was added last without them, then families', () => {
  const nodes = nodeOffers(CATALOGUE, null)
  const sections = offerSections(nodes, [], CATALOGUE, ['t.blur'], ['t.blur', 't.draw', 'gone.node'])
  expect(sections.map(({ id, offers }) => [id, offers.length])).toEqual([
    ['.favourites', 1],
    ['.recent', 1],
    ['t', CATALOGUE.nodes.size],
  ])
  expect(sections[1]?.offers[0]?.id).toBe('t.draw')
})

test('matches that touch are marked as one', () => {
  expect(joined([[4, 6], [0, 2], [2, 3], [5, 9]])).toEqual([[0, 3], [4, 9]])
})
