import { describe, expect, test } from 'vitest'
import { hasSlider, nearest, place, stepOf, stepped } from '../../src/widgets/stepping'

const share = { min: 0, max: 1, whole: false }
const pixels = { min: 32, max: 8192, multiple: 8, whole: true }

describe('the step of a number', () => {
  test('is the multiple it has to be of', () => expect(stepOf(pixels, 512)).toBe(8))
  test('is one for whole numbers', () => expect(stepOf({ whole: true }, 20)).toBe(1))
  test('is a hundredth of the range', () => expect(stepOf(share, 0)).toBe(0.01))
  test('is a round number', () => expect(stepOf({ min: 0, max: 7, whole: false }, 0)).toBe(0.05))
  test('is small where the usual value is', () => {
    expect(stepOf({ min: 0, max: 10, aboveMin: true, whole: false }, 0.0003)).toBe(0.00001)
  })
  test('goes by the usual value where there is no range', () => expect(stepOf({ whole: false }, 7.5)).toBe(0.1))
})

describe('a slider', () => {
  test('is of use for a share', () => expect(hasSlider(share, 0.01)).toBe(true))
  test('is of no use where a pixel is several steps', () => expect(hasSlider(pixels, 8)).toBe(false))
  test('needs both ends', () => expect(hasSlider({ min: 0, whole: true }, 1)).toBe(false))
})

describe('stepping', () => {
  test('leaves no dust of binary fractions', () => expect(stepped(share, 0.1, 0.1, 2)).toBe(0.3))
  test('stops at the bounds', () => expect(stepped(share, 0.95, 0.01, 10)).toBe(1))
  test('comes back to the grid', () => expect(stepped(pixels, 513, 8, 1)).toBe(520))
  test('stays off a bound that is excluded', () => {
    expect(stepped({ min: 0, max: 10, aboveMin: true, whole: false }, 0.05, 0.05, -1)).toBe(0.01)
  })
})

describe('the nearest allowed number', () => {
  test('lies on the grid', () => expect(nearest(pixels, 515)).toBe(512))
  test('lies on the grid within the bounds', () => {
    expect(nearest({ min: 10, max: 30, multiple: 8, whole: true }, 1)).toBe(16)
    expect(nearest({ min: 10, max: 30, multiple: 8, whole: true }, 99)).toBe(24)
  })
  test('is the next whole number above an excluded bound', () => {
    expect(nearest({ min: 0, aboveMin: true, whole: true }, -3)).toBe(1)
  })
})

test('the place between the bounds', () => {
  expect(place({ min: 10, max: 20, whole: true }, 15)).toBe(0.5)
  expect(place({ min: 10, max: 20, whole: true }, 99)).toBe(1)
  expect(place({ whole: true }, 15)).toBeNull()
})
