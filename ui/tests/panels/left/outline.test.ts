import { describe, expect, test } from 'vitest'
import { stepOf, typedTo, type TreeRow } from '../../../src/panels/Outline/keys'
import { filtered, linkChoices } from '../../../src/panels/Outline/linkChoices'
import { drawn, scrolledTo, windowOf } from '../../../src/panels/Outline/windowing'
import type { Graph } from '../../../src/protocol'
import { KNOWN } from '../../graph/samples'

const row = (path: string, depth: number, inside = false, open = false): TreeRow => ({
  path, title: path.slice(path.lastIndexOf('/') + 1), depth, inside, open,
})
const ROWS = [row('load', 1), row('sub', 1, true, true), row('sub/blur', 2), row('sub/draw', 2), row('shut', 1, true), row('save', 1)]

describe('keys of the tree', () => {
  test('up and down stop at the ends, Home and End go there', () => {
    expect(stepOf('ArrowDown', ROWS, 5)).toEqual({ go: 5 })
    expect(stepOf('ArrowUp', ROWS, 0)).toEqual({ go: 0 })
    expect(stepOf('Home', ROWS, 3)).toEqual({ go: 0 })
    expect(stepOf('End', ROWS, 3)).toEqual({ go: 5 })
  })

  test('right lists what is inside, then goes in; left goes out, and hides it', () => {
    expect(stepOf('ArrowRight', ROWS, 4)).toEqual({ open: true })
    expect(stepOf('ArrowRight', ROWS, 1)).toEqual({ go: 2 })
    expect(stepOf('ArrowRight', ROWS, 2)).toEqual({ go: 2 })
    expect(stepOf('ArrowLeft', ROWS, 3)).toEqual({ go: 1 })
    expect(stepOf('ArrowLeft', ROWS, 1)).toEqual({ open: false })
    expect(stepOf('ArrowLeft', ROWS, 4)).toEqual({ go: 4 })
  })

  test('other keys do nothing', () => {
    expect(stepOf('Tab', ROWS, 0)).toBeNull()
  })

  test('a letter goes to the next title that begins with it, again and again', () => {
    expect(typedTo('s', ROWS, 0)).toBe(1)
    expect(typedTo('s', ROWS, 1)).toBe(4)
    expect(typedTo('ss', ROWS, 4)).toBe(5)
    expect(typedTo('s', ROWS, 5)).toBe(1)
  })

  test('several letters are one text, which may mean the row itself', () => {
    expect(typedTo('sh', ROWS, 4)).toBe(4)
    expect(typedTo('SA', ROWS, 1)).toBe(5)
    expect(typedTo('x', ROWS, 0)).toBe(-1)
  })
})

describe('rows that are drawn', () => {
  test('a short list is drawn whole', () => {
    expect(windowOf(300, 30, 0, 600)).toEqual({ first: 0, end: 300 })
  })

  test('of a long one what is in view and 12 rows beyond', () => {
    expect(windowOf(2000, 30, 3000, 600)).toEqual({ first: 88, end: 132 })
    expect(windowOf(2000, 30, 0, 600)).toEqual({ first: 0, end: 32 })
  })

  test('the row with the focus is always there', () => {
    expect(drawn({ first: 5, end: 7 }, 2)).toEqual([2, 5, 6])
    expect(drawn({ first: 5, end: 7 }, 6)).toEqual([5, 6])
    expect(drawn({ first: 5, end: 7 }, 9)).toEqual([5, 6, 9])
  })

  test('a list is scrolled no further than a row needs to be seen', () => {
    expect(scrolledTo(0, 30, 90, 300)).toBe(0)
    expect(scrolledTo(5, 30, 90, 300)).toBe(90)
    expect(scrolledTo(20, 30, 90, 300)).toBe(330)
  })
})

describe('links to choose from', () => {
  const level: Graph = {
    nodes: {
      draw: { type: 't.draw', title: 'Drawing' },
      other: { type: 't.draw' },
      blur: { type: 't.blur', links: { picture: 'draw.out' } },
      sum: { type: 't.total' },
    },
  }

  test('an output goes to the inputs of its type; those that have it already are marked', () => {
    const choices = linkChoices(level, { path: 'draw', side: 'out', port: '' }, KNOWN)
    expect(choices.map(({ other, there }) => [other.name, other.port, there])).toEqual([
      ['blur', 'picture', true],
      ['blur', 'mask', false],
    ])
  })

  test('an input tells what it would lose', () => {
    const choices = linkChoices(level, { path: 'blur', side: 'in', port: 'picture' }, KNOWN)
    expect(choices.map(({ title, there, replaces }) => [title, there, replaces])).toEqual([
      ['Drawing', true, 'draw.out'],
      ['other', false, 'draw.out'],
    ])
  })

  test('a link that closes a circle is no choice', () => {
    const choices = linkChoices(level, { path: 'blur', side: 'out', port: '' }, KNOWN)
    expect(choices).toEqual([])
  })

  test('a search looks at titles, names and ports', () => {
    const choices = linkChoices(level, { path: 'draw', side: 'out', port: '' }, KNOWN)
    expect(filtered(choices, 'blur.mask')).toHaveLength(1)
    expect(filtered(choices, 'nothing')).toHaveLength(0)
  })
})
