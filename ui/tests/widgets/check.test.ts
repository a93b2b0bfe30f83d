import { describe, expect, test } from 'vitest'
import { canShow, faultOf } from '../../src/widgets/check'
import type { Field, Form } from '../../src/widgets/schema'

function field(form: Form, rest: Partial<Field> = {}): Field {
  return { form, nullable: false, required: false, fallback: undefined, ...rest }
}

const width = field({ kind: 'number', bounds: { min: 32, max: 8192, multiple: 8, whole: true } })

describe('faults of numbers', () => {
  test.each([
    [512, undefined],
    [16, 'widgets.faultMin'],
    [9000, 'widgets.faultMax'],
    [512.5, 'widgets.faultWhole'],
    [513, 'widgets.faultMultiple'],
    ['512', 'widgets.faultNumber'],
    [null, 'widgets.faultNull'],
  ])('%j', (value, key) => {
    expect(faultOf(width, value)?.key).toBe(key)
  })

  test('say what would fit', () => {
    expect(faultOf(width, 513)?.values).toEqual({ multiple: '8', near: '512' })
  })

  test('excluded bounds are faults themselves', () => {
    const rate = field({ kind: 'number', bounds: { min: 0, max: 1, aboveMin: true, belowMax: true, whole: false } })
    expect(faultOf(rate, 0)?.key).toBe('widgets.faultAbove')
    expect(faultOf(rate, 1)?.key).toBe('widgets.faultBelow')
    expect(faultOf(rate, 0.5)).toBeNull()
  })

  test('a tenth is a multiple of a hundredth, whatever binary fractions say', () => {
    expect(faultOf(field({ kind: 'number', bounds: { multiple: 0.01, whole: false } }), 0.29)).toBeNull()
  })
})

describe('faults of other values', () => {
  const colour = field({ kind: 'colour', pattern: '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$' })

  test('a colour has to match its pattern', () => {
    expect(faultOf(colour, '#fff')).toBeNull()
    expect(faultOf(colour, 'red')?.key).toBe('widgets.faultColour')
  })

  test('length is counted in characters, not in UTF-16', () => {
    expect(faultOf(field({ kind: 'line', maxLength: 2 }), '🍎🍐')).toBeNull()
    expect(faultOf(field({ kind: 'line', maxLength: 2 }), 'abc')?.values).toEqual({ most: 2, n: 3 })
  })

  test('a choice has to be one of its options', () => {
    const bits = field({ kind: 'choice', options: [8, 16] })
    expect(faultOf(bits, 8)).toBeNull()
    expect(faultOf(bits, 12)?.values).toEqual({ value: '12' })
  })

  test('a list tells which item doesn’t fit', () => {
    const widths = field({ kind: 'list', item: { kind: 'number', bounds: { whole: true } } })
    expect(faultOf(widths, [1, 2])).toBeNull()
    expect(faultOf(widths, [1, 2.5, 'x'])?.values).toEqual({ place: '2' })
  })

  test('null is fine where nothing may be given, and nothing typed in always is', () => {
    expect(faultOf({ ...width, nullable: true }, null)).toBeNull()
    expect(faultOf(width, undefined)).toBeNull()
  })

  test('a pattern this browser can’t read is no fault', () => {
    expect(faultOf(field({ kind: 'line', pattern: '(?P<x>a)' }), 'b')).toBeNull()
  })
})

test('what a control can’t show is shown as JSON', () => {
  expect(canShow({ kind: 'switch' }, 'yes')).toBe(false)
  expect(canShow({ kind: 'switch' }, true)).toBe(true)
  expect(canShow({ kind: 'list', item: { kind: 'line' } }, ['a', null])).toBe(false)
  expect(canShow({ kind: 'number', bounds: { whole: true } }, 'abc')).toBe(true)
  expect(canShow({ kind: 'number', bounds: { whole: true } }, [1])).toBe(false)
  expect(canShow({ kind: 'curve' }, [[0, 0], [1, 'x']])).toBe(false)
})
