import { describe, expect, it } from 'vitest'
import {
  CARD_MIN_WIDTH,
  CARD_PADDING,
  CARD_WIDTH,
  cardView,
  HEADER_HEIGHT,
  PARAM_ROW,
  PORT_ROW,
  PREVIEW_HEIGHT,
  rowHeight,
  rowsOf,
  sizeOf,
  TEXT_ROW,
} from '../../src/graph/geometry'
import { viewOf } from '../../src/graph/level'
import type { Interface } from '../../src/graph/ports'
import { widgetOf } from '../../src/graph/widget'
import type { InputPortRecord, Instance } from '../../src/protocol'

function input(schema: InputPortRecord['schema'] | null): InputPortRecord {
  const flags = { required: false, optional: true, variadic: false, lazy: false }
  return { type: '', shape: {}, help: '', ...flags, param: schema !== null, schema: schema ?? {} }
}

const PORTS: Interface = {
  inputs: {
    image: input(null),
    text: input({ widget: 'text', type: 'string' }),
    size: input({ type: 'integer' }),
    labels: input({ type: 'array' }),
  },
  outputs: { out: { type: '', shape: {}, help: '' }, more: { type: '', shape: {}, help: '' } },
  title: '',
  help: '',
}

describe('an open card', () => {
  it('has outputs first, then inputs, each as high as its widget', () => {
    const rows = rowsOf(PORTS, {})
    expect(rows.map(({ kind, port, height }) => [kind, port, height])).toEqual([
      ['out', 'out', PORT_ROW],
      ['out', 'more', PORT_ROW],
      ['in', 'image', PORT_ROW],
      ['param', 'text', TEXT_ROW],
      ['param', 'size', PARAM_ROW],
      ['param', 'labels', PARAM_ROW],
    ])
    rows.forEach((row, place) => {
      const before = rows[place - 1]
      expect(row.y).toBe(before ? before.y + before.height : HEADER_HEIGHT)
    })
  })

  it('has one row for several texts, which open beside the card', () => {
    expect(rowHeight(input({ widget: 'text', type: 'string' }))).toBe(TEXT_ROW)
    expect(rowHeight({ ...input({ widget: 'text', type: 'string' }), variadic: true })).toBe(PARAM_ROW)
  })

  it('is as high as its rows, and the preview', () => {
    const height = HEADER_HEIGHT + 3 * PORT_ROW + TEXT_ROW + 2 * PARAM_ROW + CARD_PADDING
    expect(sizeOf(PORTS, {}, {})).toMatchObject({ width: CARD_WIDTH, height })
    expect(sizeOf(PORTS, {}, { previewHeight: PREVIEW_HEIGHT }).height).toBe(height + PREVIEW_HEIGHT)
    expect(sizeOf(PORTS, {}, { size: [400, 1000] })).toMatchObject({ width: 400, height: 1000 })
    expect(sizeOf(PORTS, {}, { size: [10, 10] })).toMatchObject({ width: CARD_MIN_WIDTH, height })
  })

  it('shows no widget at a port that is linked or fed', () => {
    const kinds = (instance: Instance, fed?: Set<string>) =>
      rowsOf(PORTS, instance, fed).map(({ kind }) => kind)
    expect(kinds({ links: { text: 'a.out' } })[3]).toBe('in')
    expect(kinds({}, new Set(['size']))[4]).toBe('in')
    expect(kinds({ type: 'flow.loop', carry: { size: { link: 'a.out' } } })[4]).toBe('in')
    expect(kinds({ type: 'flow.loop', carry: { size: 3 } })[4]).toBe('param')
  })

  it('has a handle for each port, at the edge and in the middle of its row', () => {
    const { handles } = sizeOf(PORTS, {}, {})
    expect(handles.map(({ id, side, x }) => [id, side, x])).toEqual([
      ['out', 'out', CARD_WIDTH],
      ['more', 'out', CARD_WIDTH],
      ['image', 'in', 0],
      ['text', 'in', 0],
      ['size', 'in', 0],
      ['labels', 'in', 0],
    ])
    expect(handles[0]?.y).toBe(HEADER_HEIGHT + PORT_ROW / 2)
    expect(handles[3]?.y).toBe(HEADER_HEIGHT + 3 * PORT_ROW + PARAM_ROW / 2)
  })
})

it('has all handles in the header when collapsed', () => {
  const { height, handles } = sizeOf(PORTS, {}, { collapsed: true, previewHeight: PREVIEW_HEIGHT })
  expect(height).toBe(HEADER_HEIGHT)
  expect(handles).toHaveLength(6)
  expect(new Set(handles.map(({ y }) => y))).toEqual(new Set([HEADER_HEIGHT / 2]))
})

it('is shown as the view says', () => {
  const view = viewOf({ nodes: { a: {} }, view: { a: { at: [0, 0], size: [300, 90], collapsed: true } } })
  expect(cardView(view, 'a', 160)).toEqual({
    size: [300, 90],
    collapsed: true,
    previewHeight: 160,
    fed: undefined,
  })
  expect(cardView(view, 'b')).toEqual({ size: undefined, collapsed: false, previewHeight: 0, fed: undefined })
})

it('takes the widget from the schema', () => {
  const list = { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'string' } }] }
  expect(
    [list, { widget: 'seed', type: 'integer' }, { enum: ['a'], type: 'string' }, { type: 'number' }, {}].map(
      widgetOf,
    ),
  ).toEqual(['list', 'seed', 'choice', 'number', 'none'])
})
