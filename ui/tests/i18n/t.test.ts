import { afterEach, describe, expect, it } from 'vitest'
import { german } from '../../src/i18n/de'
import { english } from '../../src/i18n/en'
import { pickLanguage, speak } from '../../src/i18n/language'
import { formatAgo, formatBytes, formatPercent, formatSeconds, formatTime, t, type Key } from '../../src/i18n/t'
import type { Dictionary, Text } from '../../src/i18n/text'

afterEach(() => speak('en'))

function flat(dictionary: Dictionary): Map<string, Text> {
  const areas = Object.entries(dictionary) as [string, Readonly<Record<string, Text>>][]
  return new Map(areas.flatMap(([area, texts]) => Object.entries(texts).map(([key, text]) => [`${area}.${key}`, text])))
}

const forms = (text: Text) => (typeof text === 'string' ? [text] : [text.one, text.other])
const places = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()

const englishTexts = flat(english)
const germanTexts = flat(german)

describe('the texts', () => {
  it('are the same keys in both languages', () => {
    expect([...germanTexts.keys()].sort()).toEqual([...englishTexts.keys()].sort())
  })

  it('have the same places to fill in both languages', () => {
    const all = (text: Text = '') => [...new Set(forms(text).flatMap(places))].sort().join(' ')
    const differing = [...englishTexts].filter(([key, text]) => all(germanTexts.get(key)) !== all(text))
    expect(differing.map(([key]) => key)).toEqual([])
  })

  it('are filled by n where they have two forms', () => {
    const both = [...englishTexts, ...germanTexts].filter(([, text]) => typeof text !== 'string')
    expect(both.filter(([, text]) => !forms(text).some((form) => places(form).includes('n')))).toEqual([])
  })

  it('are not empty, and their braces are those of places', () => {
    const wrong = (form: string) => form.trim() !== form || form === '' || /[{}]/.test(form.replace(/\{\w+\}/g, ''))
    const found = [...englishTexts, ...germanTexts].filter(([, text]) => forms(text).some(wrong))
    expect(found.map(([key]) => key)).toEqual([])
  })
})

describe('t', () => {
  it('fills the places of a text', () => {
    expect(t('shell.closeTab', { title: 'Portrait' })).toBe('Close Portrait')
  })

  it('leaves a place that nothing fills, so that it is noticed', () => {
    expect(t('shell.closeTab')).toBe('Close {title}')
  })

  it('chooses the form by n, and writes numbers as the language does', async () => {
    expect(t('shell.problems', { n: 1 })).toBe('1 problem')
    expect(t('shell.problems', { n: 0 })).toBe('0 problems')
    expect(t('shell.problems', { n: 1200 })).toBe('1,200 problems')
    await speak('de')
    expect(t('shell.problems', { n: 1200 })).toBe('1.200 Probleme')
  })

  it('speaks another language once its texts are loaded', async () => {
    await speak('de')
    expect(t('shell.close')).toBe('Schließen')
  })

  it('gives the key where there is no text, for keys made at run time', () => {
    expect(t('shell.noSuchText' as Key)).toBe('shell.noSuchText')
    expect(t('nowhere.close' as Key)).toBe('nowhere.close')
  })

  it('does not take what a value holds for a place', () => {
    expect(t('shell.undoThis', { what: '{what}' })).toBe('Undo: {what}')
  })
})

describe('the language picked', () => {
  it('is the first that we speak, whatever its country', () => {
    expect(pickLanguage(['fr', 'DE-ch', 'en'])).toBe('de')
    expect(pickLanguage([])).toBe('en')
  })
})

describe('formats', () => {
  it('write sizes in steps of 1024', () => {
    expect(formatBytes(0)).toBe('0 B')
    expect(formatBytes(1023)).toBe('1,023 B')
    expect(formatBytes(1536)).toBe('1.5 KB')
    expect(formatBytes(20 * 1024 ** 3)).toBe('20 GB')
  })

  it('write a size that would round to 1024 in the next unit', () => {
    expect(formatBytes(1024 ** 2 - 1)).toBe('1 MB')
  })

  it('write durations as precisely as matters', () => {
    expect(formatSeconds(0.04)).toBe('40 ms')
    expect(formatSeconds(2.54)).toBe('2.5 s')
    expect(formatSeconds(59.7)).toBe('1 min')
    expect(formatSeconds(200)).toBe('3 min 20 s')
    expect(formatSeconds(3900)).toBe('1 h 5 min')
  })

  it('write shares and numbers as the language does', async () => {
    expect(formatPercent(0.856)).toBe('86%')
    await speak('de')
    expect(formatPercent(0.856)).toBe('86\u00a0%')
    expect(formatSeconds(2.5)).toBe('2,5 s')
  })

  it('write moments of today by the clock, and others with their day', () => {
    const now = new Date(2026, 4, 8, 18, 0)
    expect(formatTime(new Date(2026, 4, 8, 9, 5), now)).toBe('09:05 AM')
    expect(formatTime(new Date(2026, 4, 7, 9, 5), now)).toBe('May 7, 09:05 AM')
    expect(formatTime(new Date(2025, 4, 7, 9, 5), now)).toBe('May 7, 2025, 09:05 AM')
  })

  it('write how long ago something was', () => {
    const now = new Date(2026, 4, 8, 18, 0)
    expect(formatAgo(new Date(2026, 4, 8, 17, 55), now)).toBe('5 minutes ago')
    expect(formatAgo(new Date(2026, 4, 7, 18, 0), now)).toBe('yesterday')
  })
})
