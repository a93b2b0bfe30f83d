import { describe, expect, test } from 'vitest'
import { added, frameOf, fromBox, moved, removed, toBox, unit, valueAt, type Point } from '../../src/widgets/curves'

describe('the value of a curve', () => {
  const steps: Point[] = [[0, 0], [0.4, 0], [0.6, 1], [1, 1]]

  test('is a line between two points', () => {
    for (const x of [0, 0.25, 0.5, 1]) expect(valueAt([[0, 0], [1, 1]], x)).toBeCloseTo(x, 12)
  })
  test('goes through the points', () => {
    for (const [x, y] of steps) expect(valueAt(steps, x)).toBeCloseTo(y, 12)
  })
  test('never leaves the range of two neighbours', () => {
    for (let x = 0; x <= 1; x += 0.01) {
      expect(valueAt(steps, x)).toBeGreaterThanOrEqual(0)
      expect(valueAt(steps, x)).toBeLessThanOrEqual(1)
    }
  })
  test('rises where the points rise', () => {
    const values = Array.from({ length: 101 }, (_, i) => valueAt(steps, i / 100))
    expect(values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0) - 1e-12)).toBe(true)
  })
  test('is level beside the points', () => {
    expect(valueAt([[0.2, 0.3], [0.8, 0.9]], 0)).toBe(0.3)
    expect(valueAt([[0.2, 0.3], [0.8, 0.9]], 1)).toBe(0.9)
  })
})

describe('changing points', () => {
  const points: Point[] = [[0, 0], [0.5, 0.5], [1, 1]]

  test('a new one goes to its place', () => {
    expect(added(points, [0.7, 0.1])).toEqual({ points: [[0, 0], [0.5, 0.5], [0.7, 0.1], [1, 1]], at: 2 })
  })
  test('none passes its neighbours, or leaves the frame', () => {
    expect(moved(points, 1, [2, 2])[1]).toEqual([0.999, 1])
    expect(moved(points, 0, [-1, -1])[0]).toEqual([0, 0])
  })
  test('two always stay', () => {
    expect(removed(points, 1)).toEqual([[0, 0], [1, 1]])
    expect(removed([[0, 0], [1, 1]], 0)).toHaveLength(2)
  })
})

test('places in the box are y upwards, and come back', () => {
  expect(toBox([0.25, 1], unit, 200, 100)).toEqual([50, 0])
  expect(fromBox([50, 0], unit, 200, 100)).toEqual([0.25, 1])
})

test('the frame is the unit square until a point lies outside', () => {
  expect(frameOf([[0, 0], [1, 1]])).toEqual(unit)
  expect(frameOf([[0, -1], [2, 1]])).toEqual({ x: [0, 2], y: [-1, 1] })
})
