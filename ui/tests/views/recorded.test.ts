import { expect, it } from 'vitest'
import type { SummaryRecord } from '../../src/protocol'
import { plainOf, viewOf } from '../../src/views/recorded'
import { outlinePath } from '../../src/views/waveform'

const summary = (more: Partial<SummaryRecord>): SummaryRecord => ({
  type: 'list', kind: 'list', count: 1, pictures: 0, width: 0, height: 0, text: '', value: null, fields: {},
  tensors: [], items: [], points: [], peaks: [], seconds: 0, ...more,
})
const shown = (told: SummaryRecord) => [viewOf({ kind: told.kind, summary: told }), plainOf(told)]

it('shows numbers in a row as a plot of all that was told', () => {
  const points: [number, number][] = [[0, 1], [1, 0.5]]
  expect(shown(summary({ kind: 'plot', count: 2, points }))).toEqual(['plot', points])
})

it('shows records in a list as a table', () => {
  const items = [1, 2].map((step) => summary({ type: 'dict', kind: 'other', fields: { step } }))
  expect(shown(summary({ items, count: 2 }))).toEqual(['json', [{ step: 1 }, { step: 2 }]])
})

it('shows a list by its first items, and those of lists in it', () => {
  const text = (one: string) => summary({ type: 'text', kind: 'text', text: one })
  const items = [text('a'), summary({ items: [text('b')] }), summary({ type: 'Image', kind: 'image', pictures: 1 })]
  expect(shown(summary({ items, count: 3 }))).toEqual(['list', ['a', ['b'], 'Image']])
})

it('shows what is no number as it is written', () => {
  expect(plainOf(summary({ type: 'float', kind: 'number', text: 'nan' }))).toBe('nan')
})

it('draws the outline of a sound within its height, silence as a thin line', () => {
  expect(outlinePath([[-2, 0.5], [0, 0]])).toBe('M0.5 -0.500V1.000M1.5 -0.020V0.020')
})
