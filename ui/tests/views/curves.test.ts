import { describe, expect, it } from 'vitest'
import { canBeLog, curvesOf, isEmpty, nearest, readAt, smoothed, STYLES, turnsOf } from '../../src/views/curves'

const CURVES = { turns: [2, 4, 5], each: 2, series: { loss: [3, null, 1], real: [null, 0, 0.5] } }

describe('curves', () => {
  it('leaves out the parts in which a series has no number', () => {
    expect(curvesOf(CURVES).map(({ name, samples }) => [name, samples])).toEqual([
      ['loss', [{ x: 2, y: 3 }, { x: 5, y: 1 }]],
      ['real', [{ x: 4, y: 0 }, { x: 5, y: 0.5 }]],
    ])
    expect(turnsOf(curvesOf(CURVES))).toEqual([2, 4, 5])
  })

  it('gives each series a style of its own, as far as there are any', () => {
    const series = Object.fromEntries(Array.from({ length: STYLES + 1 }, (_, i) => [`s${i}`, [1]]))
    expect(curvesOf({ turns: [1], each: 1, series }).map(({ style }) => style)).toEqual([0, 1, 2, 3, 4, 5, 0])
  })

  it('smooths by a moving mean that begins at the first number', () => {
    const samples = [4, 4, 1].map((y, x) => ({ x, y }))
    // the weights of the three are 1/8, 1/4 and 1/2
    expect(smoothed(samples, 0.5).map(({ y }) => y)).toEqual([4, 4, (4 / 8 + 4 / 4 + 1 / 2) / (7 / 8)])
    expect(smoothed(samples, 0)).toBe(samples)
  })

  it('reads out what is there at a turn', () => {
    const curves = curvesOf(CURVES)
    expect(readAt(curves, 4)).toEqual([{ name: 'real', style: 1, y: 0 }])
    expect(readAt(curves, 5).map(({ y }) => y)).toEqual([1, 0.5])
    expect(nearest([2, 4, 5], 3.2)).toBe(4)
    expect(nearest([], 3)).toBeUndefined()
  })

  it('is logarithmic only where every number is above zero', () => {
    const curves = curvesOf(CURVES)
    expect(canBeLog(curves)).toBe(false)
    expect(canBeLog(curves.filter(({ name }) => name === 'loss'))).toBe(true)
    expect(canBeLog([])).toBe(false)
  })

  it('knows when there is nothing to draw', () => {
    expect(isEmpty({ turns: [], each: 1, series: {} })).toBe(true)
    expect(isEmpty(CURVES)).toBe(false)
  })
})
