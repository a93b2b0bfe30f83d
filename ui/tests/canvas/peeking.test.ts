import { describe, expect, test } from 'vitest'
import { linksAround, nextLink, placeBeside } from '../../src/canvas/peeking'
import { linksOf } from '../../src/graph/links'

const level = {
  nodes: {
    a: { type: 'x' },
    b: { type: 'x', links: { one: 'a.out', two: 'a.out' } },
    c: { type: 'x', links: { one: 'b.out', two: 'a.out' } },
  },
}
const around = linksAround(linksOf(level), 'b')

describe('the walk along the links of a node', () => {
  test('goes over those into it, then those out of it', () => {
    expect(around.map(({ source, target }) => `${source.name}>${target.name}.${target.port}`)).toEqual(['a>b.one', 'a>b.two', 'b>c.one'])
  })
  test('goes around', () => {
    const ids = around.map(({ id }) => id)
    expect(nextLink(around, ids[0] ?? '', 1)?.id).toBe(ids[1])
    expect(nextLink(around, ids[2] ?? '', 1)?.id).toBe(ids[0])
    expect(nextLink(around, ids[0] ?? '', -1)?.id).toBe(ids[2])
  })
  test('begins at either end', () => {
    expect(nextLink(around, '', 1)).toBe(around[0])
    expect(nextLink(around, 'elsewhere', -1)).toBe(around[2])
    expect(nextLink([], '', 1)).toBeUndefined()
  })
})

describe('the place beside a point', () => {
  test('is on its right below it', () => {
    expect(placeBeside([100, 100], [200, 100], [1000, 800])).toEqual([114, 114])
  })
  test('is on the other side at an edge', () => {
    expect(placeBeside([900, 750], [200, 100], [1000, 800])).toEqual([686, 636])
  })
  test('is inside a frame that is too small for either', () => {
    expect(placeBeside([50, 50], [200, 100], [150, 90])).toEqual([0, 0])
  })
})
