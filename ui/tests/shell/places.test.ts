import { describe, expect, it } from 'vitest'
import { nextPlace } from '../../src/shell/roving'
import { placeTip } from '../../src/shell/tip'

const view = { width: 1000, height: 800 }
const tip = { width: 100, height: 20 }
const at = (x: number, y: number) => ({ x, y, width: 40, height: 40 })

describe('the place of a tip', () => {
  it('is beside its target, centred, 6 px away', () => {
    expect(placeTip(at(500, 400), tip, 'bottom', view)).toEqual({ x: 470, y: 446 })
    expect(placeTip(at(500, 400), tip, 'top', view)).toEqual({ x: 470, y: 374 })
    expect(placeTip(at(500, 400), tip, 'left', view)).toEqual({ x: 394, y: 410 })
    expect(placeTip(at(500, 400), tip, 'right', view)).toEqual({ x: 546, y: 410 })
  })

  it('is the other side where there is no room', () => {
    expect(placeTip(at(500, 750), tip, 'bottom', view)).toEqual({ x: 470, y: 724 })
    expect(placeTip(at(950, 400), tip, 'right', view)).toEqual({ x: 844, y: 410 })
  })

  it('keeps 8 px from the borders of the window', () => {
    expect(placeTip(at(0, 400), tip, 'bottom', view).x).toBe(8)
    expect(placeTip(at(960, 400), tip, 'bottom', view).x).toBe(892)
  })
})

describe('arrow keys in a list', () => {
  it('go round along its axis, and to its ends', () => {
    expect(nextPlace('ArrowRight', 0, 3, 'horizontal')).toBe(1)
    expect(nextPlace('ArrowLeft', 0, 3, 'horizontal')).toBe(2)
    expect(nextPlace('ArrowDown', 2, 3, 'vertical')).toBe(0)
    expect(nextPlace('Home', 2, 3, 'vertical')).toBe(0)
    expect(nextPlace('End', 0, 3, 'vertical')).toBe(2)
  })

  it('lead nowhere across it', () => {
    expect(nextPlace('ArrowDown', 0, 3, 'horizontal')).toBeNull()
    expect(nextPlace('a', 0, 3, 'vertical')).toBeNull()
  })
})
