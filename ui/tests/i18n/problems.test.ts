import { afterEach, describe, expect, it } from 'vitest'
import { problems as german } from '../../src/i18n/de/problems'
import { speak } from '../../src/i18n/language'
import { loadProblems, sayProblems } from '../../src/i18n/problems'
import type { ProblemRecord } from '../../src/protocol'
import english from '../graph/fixtures/phrases.json'

const places = (text: string) => [...new Set([...text.matchAll(/(?<!\{)\{(\w+)(?::a)?\}/g)].map(([, name]) => name))].sort()

const RECORD: ProblemRecord = {
  code: 'missing-port',
  instance: 'blur',
  port: 'picture',
  expected: 'an output of draw (none)',
  got: '"draw.x"',
  cure: 'Did you mean "draw.out"?',
  said: {
    expected: { code: 'output-of', args: { name: 'draw', known: { code: 'none', args: {} } } },
    cure: { code: 'near', args: { name: 'draw.out' } },
  },
}

describe('problems in another language', () => {
  afterEach(() => speak('en'))

  it('have a text for each phrase of the engine, and for no other', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort())
  })

  it('have in it what the engine tells', () => {
    const wrong = Object.entries(english).filter(([code, text]) => String(places(german[code] ?? '')) !== String(places(text)))
    expect(wrong).toEqual([])
  })

  it('are said once their texts are there, and are the same objects as long as nothing changes', async () => {
    const problems = [RECORD]
    expect(loadProblems()).toBeUndefined()
    expect(sayProblems(problems)).toBe(problems)
    await speak('de')
    expect(sayProblems(problems)).toBe(problems)
    await loadProblems()
    expect(sayProblems(problems)).toMatchObject([
      { expected: 'ein Ausgang von draw (nichts)', got: '"draw.x"', cure: 'Vielleicht „draw.out“?' },
    ])
    expect(sayProblems(problems)).toBe(sayProblems(problems))
    await speak('en')
    expect(sayProblems(problems)).toBe(problems)
  })

  it('stay in English where a phrase, or one in it, is not known', async () => {
    await speak('de')
    await loadProblems()
    const odd: ProblemRecord = {
      ...RECORD,
      said: {
        expected: { code: 'output-of', args: { name: 'draw', known: { code: 'of-a-pack', args: {} } } },
        cure: { code: 'of-a-pack', args: {} },
      },
    }
    expect(sayProblems([odd])).toMatchObject([{ expected: RECORD.expected, cure: RECORD.cure }])
  })
})
