import { describe, expect, test } from 'vitest'
import { matching } from '../../../src/panels/Templates/matching'
import { miniature } from '../../../src/panels/Templates/miniature'
import { listed, picturesOf } from '../../../src/panels/Templates/openable'
import type { GraphRecord, RunRecord } from '../../../src/protocol'
import { CATALOGUE, chain } from '../../graph/samples'

const record = (name: string, title: string, help = '', modified = 0): GraphRecord => ({ name, title, help, modified, size: 1, example: '', needs: [] })

test('a search finds every word anywhere, and titles first', () => {
  const graphs = [record('a', 'Enlarge', 'A model'), record('b', 'A model against a filter'), record('c', 'Collage')]
  expect(matching(graphs, 'model').map(({ name }) => name)).toEqual(['b', 'a'])
  expect(matching(graphs, 'MODEL enl').map(({ name }) => name)).toEqual(['a'])
  expect(matching(graphs, 'modle').map(({ name }) => name)).toEqual(['b', 'a'])
  expect(matching(graphs, '  ')).toHaveLength(3)
})

test('files that were changed last come first; templates keep their order', () => {
  const records = [record('old', 'Old', '', 1), record('new', 'New', '', 2)]
  expect(listed(records, 'graphs').map(({ name }) => name)).toEqual(['new', 'old'])
  expect(listed(records, 'templates').map(({ name }) => name)).toEqual(['old', 'new'])
})

test('a graph has the picture of its newest run that gave one', () => {
  const run = (title: string, ...artifacts: [string, string][]) =>
    ({ title, artifacts: artifacts.map(([digest, media]) => ({ digest, media })) }) as unknown as RunRecord
  const runs = [run('A', ['text', 'text/plain']), run('A', ['new', 'image/png']), run('A', ['old', 'image/png']), run('B')]
  expect([...picturesOf(runs)]).toEqual([['A', 'new']])
})

describe('a drawing of a graph', () => {
  test('instances without a place stand in columns, each right of what it reads', () => {
    const { boxes, lines } = miniature(chain(3), CATALOGUE)
    const xs = boxes.map(({ x }) => x)
    expect(xs).toEqual([0, 320, 640])
    expect(lines).toHaveLength(2)
  })

  test('places are those of the view, and the bounds hold all of it', () => {
    const { boxes, bounds } = miniature({ nodes: { a: { type: 't.draw' } }, view: { a: { at: [100, 50] } } }, CATALOGUE)
    expect(boxes[0]).toMatchObject({ x: 100, y: 50, level: false })
    expect(bounds).toEqual([76, 26, 288, (boxes[0]?.height ?? 0) + 48])
  })

  test('an empty graph has bounds, too', () => {
    expect(miniature({}, CATALOGUE).bounds.every(Number.isFinite)).toBe(true)
  })
})
