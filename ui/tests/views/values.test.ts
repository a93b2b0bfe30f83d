import { describe, expect, test } from 'vitest'
import { difference } from '../../src/views/difference'
import { kindOf } from '../../src/views/kinds'
import { isBroken, shapeText, shortNumber } from '../../src/views/summary'
import { readTable } from '../../src/views/table'
import { clock, peaks } from '../../src/views/waveform'
import { fitted, panned, zoomed } from '../../src/views/zoom'

describe('the viewer of a value', () => {
  test.each([
    [{ type: 'Image', media: 'image/png' }, 'image'],
    [{ type: 'Latent[sd1]' }, 'latent'],
    [{ type: 'Mask', media: 'image/png' }, 'mask'],
    [{ type: 'TrainState', media: 'application/x-safetensors', value: null }, 'other'],
    [{ media: 'audio/wav' }, 'audio'],
    [{ media: 'video/mp4' }, 'video'],
    [{ media: 'text/plain' }, 'text'],
    [{ type: 'str', value: 'a' }, 'text'],
    [{ type: 'float', value: 1.5 }, 'number'],
    [{ type: 'bool', value: false }, 'bool'],
    [{ type: 'list', value: [3, 2, 1] }, 'plot'],
    [{ type: 'list', value: [3, 2] }, 'list'],
    [{ type: 'list', value: ['a', 'b', 'c'] }, 'list'],
    [{ type: 'list', value: [{ a: 1 }] }, 'json'],
  ])('%j', (known, kind) => expect(kindOf(known)).toBe(kind))
})

describe('figures', () => {
  test.each([
    [0, '0'], [25, '25'], [0.123456, '0.1235'], [1234.5678, '1235'], [1234567.5, '1.23e+6'], [0.00001234, '1.23e-5'],
    [NaN, 'NaN'], [-2.5, '-2.5'],
  ])('%d', (value, text) => expect(shortNumber(value)).toBe(text))

  test('shapes', () => expect(shapeText([1, 4, 64, 64])).toBe('1 × 4 × 64 × 64'))
  test('are broken by a number or a flag', () => {
    expect([{ nan: 3 }, { nan: true }, { nan: 0 }, { nan: false }, {}].map(isBroken)).toEqual([true, true, false, false, false])
  })
})

describe('tables', () => {
  test('have a column for each key of any row', () => {
    expect(readTable([{ a: 1 }, { a: 2, b: 3 }])).toEqual({ columns: ['a', 'b'], rows: [[1, undefined], [2, 3]] })
  })
  test('an object is its keys and values', () => expect(readTable({ a: 1 })).toEqual({ columns: [], rows: [['a', 1]] }))
  test('anything else is none', () => {
    expect(readTable([1, { a: 1 }])).toBeNull()
    expect(readTable([])).toBeNull()
    expect(readTable('a')).toBeNull()
  })
})

describe('zooming', () => {
  const picture = { width: 100, height: 50 }
  const window = { width: 200, height: 200 }

  test('fits the picture into the middle', () => {
    expect(fitted(picture, window)).toEqual({ x: 0, y: 50, scale: 2 })
    expect(fitted(picture, window, 1)).toEqual({ x: 50, y: 75, scale: 1 })
  })
  test('keeps what lies under the pointer there', () => {
    expect(zoomed({ x: 0, y: 50, scale: 2 }, 2, 100, 100, 0.1)).toEqual({ x: -100, y: 0, scale: 4 })
  })
  test('has an end on both sides', () => {
    expect(zoomed({ x: 0, y: 0, scale: 2 }, 1000, 0, 0, 0.1).scale).toBe(64)
    expect(zoomed({ x: 0, y: 0, scale: 2 }, 0.0001, 0, 0, 0.1).scale).toBe(0.1)
  })
  test('a picture larger than the window always covers it, a smaller one stays within', () => {
    expect(panned({ x: 0, y: 0, scale: 8 }, 500, -500, picture, window)).toEqual({ x: 0, y: -200, scale: 8 })
    expect(panned({ x: 10, y: 10, scale: 1 }, -50, 500, picture, window)).toEqual({ x: 0, y: 150, scale: 1 })
  })
})

describe('sound', () => {
  test('peaks are the lowest and highest samples of each part', () => {
    const { low, high } = peaks(new Float32Array([0, 0.5, -0.25, 0.25]), 2)
    expect([...low]).toEqual([0, -0.25])
    expect([...high]).toEqual([0.5, 0.25])
  })
  test('a sound shorter than its picture is drawn all the same', () => {
    expect([...peaks(new Float32Array([0.5]), 3).high]).toEqual([0.5, 0.5, 0.5])
  })
  test('times', () => expect([0, 65, 600.9, NaN].map(clock)).toEqual(['0:00', '1:05', '10:00', '0:00']))
})

describe('differences', () => {
  const a = new Uint8ClampedArray([10, 20, 30, 255, 0, 0, 0, 255])
  const b = new Uint8ClampedArray([20, 20, 0, 255, 0, 0, 0, 255])

  test('are drawn larger by the gain, and measured without it', () => {
    const found = difference(a, b, 10)
    expect([...found.pixels]).toEqual([100, 0, 255, 255, 0, 0, 0, 255])
    expect(found.mean).toBeCloseTo(40 / 6 / 255, 12)
    expect(found.most).toBeCloseTo(30 / 255, 12)
    expect(found.share).toBe(0.5)
  })
  test('of equal pictures are none', () => expect(difference(a, a, 4)).toMatchObject({ mean: 0, most: 0, share: 0 }))
})
