import { describe as group, expect, it } from 'vitest'
import {
  Bindings,
  describe,
  fits,
  handleShape,
  isGeneric,
  ownedBy,
  readShape,
  typeKind,
  UNKNOWN,
  type Fits,
  type Shape,
} from '../../src/graph/types'
import rows from './fixtures/types.json'
import { CATALOGUE } from './samples'

const FITS: Fits = new Map([
  ['int', new Set(['float'])],
  ['UNet', new Set(['Model'])],
])
const [INT, FLOAT, STR, BOOL, PICTURE] = ['int', 'float', 'str', 'bool', 'Picture'].map((name) => ({
  class: name,
})) as [Shape, Shape, Shape, Shape, Shape]
const [A, B, C] = ['a', 'b', 'c'].map((owner) => ({ var: 'T', owner })) as [Shape, Shape, Shape]
const [SD1, FLUX]: [Shape, Shape] = [{ family: 'sd1' }, { family: 'flux' }]

function list(item: Shape): Shape {
  return { list: item }
}
function model(...args: Shape[]): Shape {
  return { class: 'Model', args }
}
function unet(...args: Shape[]): Shape {
  return { class: 'UNet', args }
}

group('what may be linked to what', () => {
  const cases: [string, Shape, Shape, boolean][] = [
    ['int, int', INT, INT, true],
    ['int, float', INT, FLOAT, true],
    ['float, int', FLOAT, INT, false],
    ['bool, int', BOOL, INT, false],
    ['bool, float', BOOL, FLOAT, false],
    ['int, str', INT, STR, false],
    ['a class, itself', PICTURE, PICTURE, true],
    ['a class, str', PICTURE, STR, false],
    ['a class, its base', unet(), model(), true],
    ['a base, its class', model(), unet(), false],
    ['list of int, list of float', list(INT), list(FLOAT), true],
    ['list of float, list of int', list(FLOAT), list(INT), false],
    ['int, list of int', INT, list(INT), false],
    ['list of int, int', list(INT), INT, false],
    ['anything, a class', UNKNOWN, PICTURE, true],
    ['a class, anything', PICTURE, UNKNOWN, true],
    ['an unknown family, a family', unet(UNKNOWN), model(SD1), true],
    ['a family, itself', unet(SD1), model(SD1), true],
    ['a family, another', unet(SD1), model(FLUX), false],
  ]
  it.each(cases)('%s', (_, source, target, fit) => {
    expect(new Bindings().link(source, target, FITS)).toBe(fit)
    expect(fits(source, target, { fits: FITS }) !== null).toBe(fit)
  })
})

it('agrees with the engine on links tried one after another', () => {
  for (const row of rows) {
    const bindings = new Bindings()
    for (const [source, target, fit] of row) {
      expect([source, target, bindings.link(readShape(source), readShape(target), CATALOGUE.fits)]).toEqual([
        source,
        target,
        fit,
      ])
    }
  }
})

group('variables', () => {
  it('stand for what they met first', () => {
    const bindings = new Bindings()
    expect(bindings.link(PICTURE, A, FITS)).toBe(true)
    expect(bindings.resolve(list(A))).toEqual(list(PICTURE))
    expect(bindings.link(A, PICTURE, FITS)).toBe(true)
    expect(bindings.link(STR, A, FITS)).toBe(false)
  })

  it('of two instances are different', () => {
    expect(ownedBy(list({ var: 'T' }), 'x')).toEqual(list({ var: 'T', owner: 'x' }))
    const bindings = new Bindings()
    expect(bindings.link(PICTURE, A, FITS)).toBe(true)
    expect(bindings.link(STR, B, FITS)).toBe(true)
  })

  it('that are linked share what either meets later', () => {
    const bindings = new Bindings()
    expect(bindings.link(A, B, FITS) && bindings.link(B, C, FITS) && bindings.link(PICTURE, C, FITS)).toBe(
      true,
    )
    expect(bindings.resolve(A)).toEqual(PICTURE)
    expect(bindings.link(STR, A, FITS)).toBe(false)
  })

  it('stay free when they meet the unknown', () => {
    const bindings = new Bindings()
    expect(bindings.link(model(), model(A), FITS)).toBe(true)
    expect(bindings.link(model(UNKNOWN), model(A), FITS)).toBe(true)
    expect(bindings.link(model(SD1), model(A), FITS)).toBe(true)
    expect(bindings.resolve(A)).toEqual(SD1)
  })

  it('are never part of themselves', () => {
    const bindings = new Bindings()
    expect(bindings.link(A, list(A), FITS)).toBe(false)
    expect(bindings.link(A, B, FITS)).toBe(true)
    expect(bindings.link(list(A), B, FITS)).toBe(false)
    expect(bindings.link(C, list(A), FITS)).toBe(true)
    expect(bindings.link(A, model(C), FITS)).toBe(false)
  })

  it('are not bound by a link that does not fit', () => {
    const bindings = new Bindings()
    expect(bindings.link(model(A, INT), model(PICTURE, STR), FITS)).toBe(false)
    expect(bindings.resolve(A)).toEqual(A)
  })

  it('that led to a link that does not fit are left alone', () => {
    const bindings = new Bindings()
    expect(bindings.link(A, B, FITS)).toBe(true)
    expect(bindings.link(model(PICTURE, A, STR), model(B, C, INT), FITS)).toBe(false)
    expect(bindings.resolve(A)).toEqual(bindings.resolve(B))
    expect(bindings.link(STR, A, FITS)).toBe(true)
    expect(bindings.resolve(B)).toEqual(STR)
  })

  it('of a long chain all stand for what its end meets', () => {
    const bindings = new Bindings()
    const variables = Array.from({ length: 50_000 }, (_, number): Shape => ({ var: 'T', owner: `${number}` }))
    variables.slice(1).forEach((other, place) => bindings.link(variables[place] ?? UNKNOWN, other, FITS))
    expect(bindings.link(PICTURE, variables.at(-1) ?? UNKNOWN, FITS)).toBe(true)
    expect(variables.every((variable) => bindings.resolve(variable).class === 'Picture')).toBe(true)
  })
})

it('tries a link without changing what others see', () => {
  const level = new Bindings()
  level.link(PICTURE, A, FITS)
  const tried = fits(B, A, { fits: FITS }, level)
  expect(tried?.resolve(B)).toEqual(PICTURE)
  expect(level.resolve(B)).toEqual(B)
  expect(fits(STR, B, { fits: FITS }, tried)).toBeNull()
})

it.each([
  [model(UNKNOWN), 'Model'],
  [{ class: 'nodes.values.Model', args: [SD1] }, 'Model[sd1]'],
  [list(FLOAT), 'list of float'],
  [UNKNOWN, 'anything'],
  [A, 'T'],
])('tells types as people say them: $1', (shape, told) => {
  expect(describe(shape)).toBe(told)
})

it('reads trees, and takes what is none for the unknown', () => {
  expect(readShape({ class: 'a.VAE', args: [{ var: 'F' }] })).toEqual({
    class: 'a.VAE',
    args: [{ var: 'F' }],
  })
  expect(readShape({ list: { family: 'sd1' } })).toEqual(list(SD1))
  for (const tree of [{}, null, 3, [], { class: 3 }, { kind: 'x' }]) expect(readShape(tree)).toEqual(UNKNOWN)
})

it('gives types a colour and a form', () => {
  const image: Shape = { class: 'nodes.values.Image' }
  expect([image, list(image), FLOAT, { class: 'nodes.values.UNet', args: [A] }].map(typeKind)).toEqual([
    'image',
    'image',
    'number',
    'model',
  ])
  expect([list(UNKNOWN), UNKNOWN, { class: 'constructor' }, A].map(typeKind)).toEqual([
    'list',
    'other',
    'other',
    'other',
  ])
  expect([image, list(image), A, UNKNOWN].map(handleShape)).toEqual([
    'circle',
    'square',
    'diamond',
    'diamond',
  ])
  expect([list(model(A)), model(SD1)].map(isGeneric)).toEqual([true, false])
})
