import { describe, expect, it } from 'vitest'
import { rank } from '../../src/shell/ranking'

const best = (typed: string, titles: readonly string[]) =>
  titles
    .map((title) => ({ title, fit: rank({ title, words: '', group: 'View' }, typed) }))
    .filter(({ fit }) => fit > 0)
    .sort((one, other) => other.fit - one.fit)
    .map(({ title }) => title)

describe('the order in which the palette finds commands', () => {
  it('puts a whole name first, whatever its letters are also found in', () => {
    expect(best('sweep', ['Switch between form and graph', 'Sweep…', 'Sweep'])[0]).toBe('Sweep')
    expect(best('Queue', ['Pause the queue', 'Queue', 'Queue the sweep'])).toEqual(['Queue', 'Queue the sweep', 'Pause the queue'])
  })

  it('puts beginnings of words before letters in order, and finds these, too', () => {
    expect(best('align l', ['A tall sign, low', 'Left: align', 'Align left'])).toEqual(['Align left', 'Left: align', 'A tall sign, low'])
    expect(best('algnlft', ['Align left', 'Queue'])).toEqual(['Align left'])
  })

  it('counts words that nobody sees for less than the title', () => {
    const byTitle = rank({ title: 'Show history', words: '', group: '' }, 'history')
    const byWords = rank({ title: 'Runs', words: 'history', group: '' }, 'history')
    expect(byTitle).toBeGreaterThan(byWords)
    expect(byWords).toBeGreaterThan(rank({ title: 'Hide its factory', words: '', group: '' }, 'history'))
  })
})
