import { describe, expect, test } from 'vitest'
import { at, linePath, niceStep, readSeries, scaleOf, thinned, ticks } from '../../src/views/plot'

describe('series', () => {
  test('are numbers by their places, pairs, or points', () => {
    expect(readSeries([3, 4])).toEqual([{ x: 0, y: 3 }, { x: 1, y: 4 }])
    expect(readSeries([[2, 3], [1, 4]])).toEqual([{ x: 1, y: 4 }, { x: 2, y: 3 }])
    expect(readSeries([{ x: 5, y: 6 }])).toEqual([{ x: 5, y: 6 }])
  })
  test('leave out what is no point', () => {
    expect(readSeries([1, 'a', null, Infinity, [1], 2])).toEqual([{ x: 0, y: 1 }, { x: 5, y: 2 }])
    expect(readSeries('abc')).toEqual([])
  })
})

describe('scales', () => {
  test('lead numbers to places', () => {
    const scale = scaleOf([0, 10], 100, 0)
    expect([0, 5, 10].map((value) => at(scale, value))).toEqual([100, 50, 0])
  })
  test('end on round numbers when asked to', () => {
    expect(scaleOf([0.13, 0.87], 0, 1, { round: true })).toMatchObject({ from: 0, to: 1 })
  })
  test('give one number a range of its own', () => {
    expect(scaleOf([3, 3], 0, 1)).toMatchObject({ from: 2.5, to: 3.5 })
    expect(scaleOf([], 0, 1)).toMatchObject({ from: 0, to: 1 })
  })
  test('have equal factors equally far apart when logarithmic', () => {
    const scale = scaleOf([0.01, 1], 0, 100, { log: true })
    expect(at(scale, 0.1)).toBeCloseTo(50, 9)
  })
  test('are not logarithmic over numbers that have no logarithm', () => {
    expect(scaleOf([0, 1], 0, 1, { log: true }).log).toBe(false)
  })
  test('take a million numbers', () => {
    expect(scaleOf(Array.from({ length: 1_000_000 }, (_, i) => i), 0, 1)).toMatchObject({ from: 0, to: 999_999 })
  })
})

describe('ticks', () => {
  test('are round, and within the scale', () => {
    expect(ticks(scaleOf([0, 1], 0, 1), 5)).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(ticks(scaleOf([3, 98], 0, 1), 6)).toEqual([20, 40, 60, 80])
  })
  test('are powers of ten when logarithmic', () => {
    expect(ticks(scaleOf([0.005, 20], 0, 1, { log: true }))).toEqual([0.01, 0.1, 1, 10])
  })
  test('have steps of 1, 2, 2.5 and 5', () => {
    expect([0.3, 1.1, 2.1, 4, 7].map(niceStep)).toEqual([0.5, 2, 2.5, 5, 10])
  })
})

test('thinning keeps the peaks', () => {
  const samples = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x === 5_003 ? 100 : x % 2 }))
  const kept = thinned(samples, 100)
  expect(kept.length).toBeLessThanOrEqual(200)
  expect(kept).toContainEqual({ x: 5_003, y: 100 })
  expect(kept.every((sample, i) => i === 0 || sample.x > (kept[i - 1]?.x ?? 0))).toBe(true)
})

test('a line goes from point to point', () => {
  const x = scaleOf([0, 1], 0, 10)
  const y = scaleOf([0, 1], 10, 0)
  expect(linePath([{ x: 0, y: 0 }, { x: 1, y: 1 }], x, y)).toBe('M0.0 10.0L10.0 0.0')
})
