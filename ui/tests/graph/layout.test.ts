import { describe, expect, it } from 'vitest'
import { align, arrange, autoLayout, distribute, snap, type Sizes } from '../../src/graph/layout'
import type { Point } from '../../src/graph/level'
import { linksOf } from '../../src/graph/links'
import { membersOf } from '../../src/graph/viewing'
import type { Graph } from '../../src/protocol'
import { chain, GRAPH } from './samples'

const SIZES: Sizes = new Map(
  Object.keys(GRAPH.nodes ?? {}).map((name): [string, Point] => [name, [240, 120]]),
)

function overlaps(positions: ReadonlyMap<string, Readonly<Point>>, sizes: Sizes): boolean {
  const boxes = [...positions].map(([name, [x, y]]) => [x, y, ...(sizes.get(name) ?? [0, 0])] as const)
  return boxes.some(([x, y, width, height], place) =>
    boxes
      .slice(place + 1)
      .some(([left, top, w, h]) => x < left + w && left < x + width && y < top + h && top < y + height),
  )
}

describe('laid out', () => {
  it('all links lead to the right and no cards overlap', async () => {
    const { positions } = await autoLayout(GRAPH, SIZES)
    expect(positions.size).toBe(Object.keys(GRAPH.nodes ?? {}).length)
    for (const { source, target } of linksOf(GRAPH)) {
      const [from = 0, to = 0] = [positions.get(source.name)?.[0], positions.get(target.name)?.[0]]
      expect(to - from).toBeGreaterThanOrEqual(240)
    }
    expect(overlaps(positions, SIZES)).toBe(false)
  })

  it('the upper left corner stays, and so does what is pinned', async () => {
    const level: Graph = {
      ...chain(4),
      view: { n0: { at: [1000, 500] }, n1: { at: [1200, 700] }, n3: { at: [7, 7], pinned: true } },
    }
    const { positions } = await autoLayout(level, new Map())
    expect([...positions.keys()]).toEqual(['n0', 'n1', 'n2'])
    expect(Math.min(...[...positions.values()].map(([x]) => x))).toBe(1000)
    expect(Math.min(...[...positions.values()].map(([, y]) => y))).toBe(500)
  })

  it('groups are around what they held, and nothing else', async () => {
    const places = { draw: { at: [0, 0] }, blur: { at: [10, 10] }, n: { at: [2000, 0] } }
    const level: Graph = {
      ...GRAPH,
      view: { ...places, '.group.g': { at: [-50, -50], size: [500, 400], title: 'G' } },
    }
    const layout = await autoLayout(level, SIZES)
    const [frame] = layout.groups
    expect(frame?.title).toBe('G')
    expect(frame && membersOf(frame, layout.positions, SIZES).sort()).toEqual(['blur', 'draw'])
    expect(arrange(level, layout).map(({ op }) => op)).toEqual(['move', 'group'])
  })
})

describe('a level of thousands', () => {
  const length = 2_000
  const names = Array.from({ length }, (_, place) => `n${place}`)
  const read = (place: number): Record<string, string> =>
    place < 10
      ? {}
      : { a: `n${place - 1 - ((place * 7) % 10)}.out`, b: `n${place - 1 - ((place * 3) % 10)}.out` }
  const nodes = Object.fromEntries(names.map((name, place) => [name, { type: 't.add', links: read(place) }]))
  const level: Graph = {
    nodes,
    view: { n0: { at: [0, 0] }, n500: { at: [10, 10] }, '.group.g': { at: [-50, -50], size: [400, 400] } },
  }
  const sizes = new Map(names.map((name): [string, Point] => [name, [240, 120]]))

  it('is laid out to the right without overlaps, its groups around what they held', async () => {
    const { positions, groups } = await autoLayout(level, sizes)
    expect(positions.size).toBe(length)
    expect(overlaps(positions, sizes)).toBe(false)
    const [frame] = groups
    expect(frame && membersOf(frame, positions, sizes).sort()).toEqual(['n0', 'n500'])
    const leftward = linksOf(level).filter(
      ({ source, target }) =>
        (positions.get(target.name)?.[0] ?? 0) <= (positions.get(source.name)?.[0] ?? 0),
    )
    expect(
      leftward.filter(
        ({ source, target }) => ![source.name, target.name].some((name) => name === 'n0' || name === 'n500'),
      ),
    ).toEqual([])
  })
})

describe('lined up', () => {
  const positions = new Map<string, Point>([
    ['a', [0, 0]],
    ['b', [100, 50]],
    ['c', [300, 400]],
  ])
  const sizes = new Map<string, Point>([
    ['a', [100, 20]],
    ['b', [40, 20]],
    ['c', [60, 100]],
  ])

  it('edges and middles meet', () => {
    const columns = (edge: 'left' | 'right' | 'centre') =>
      [...align('abc', edge, positions, sizes).values()].map(([x]) => x)
    expect([columns('left'), columns('right'), columns('centre')]).toEqual([
      [0, 0, 0],
      [260, 320, 300],
      [130, 160, 150],
    ])
    expect([...align('abc', 'bottom', positions, sizes).values()]).toEqual([
      [0, 480],
      [100, 480],
      [300, 400],
    ])
    expect(align('x', 'left', positions, sizes).size).toBe(0)
  })

  it('gaps are equal and the outer ones stay', () => {
    expect([...distribute('abc', 'across', positions, sizes)]).toEqual([
      ['a', [0, 0]],
      ['b', [180, 50]],
      ['c', [300, 400]],
    ])
    expect(distribute('ab', 'down', positions, sizes).size).toBe(0)
    const crowded = distribute('abc', 'down', new Map([...'abc'].map((name): [string, Point] => [name, [0, 10]])), sizes)
    expect(overlaps(crowded, sizes)).toBe(false)
    expect(crowded.get('a')).toEqual([0, 10])
  })

  it('places are on the grid', () => {
    expect(snap([13, -7], 10)).toEqual([10, -10])
  })
})
