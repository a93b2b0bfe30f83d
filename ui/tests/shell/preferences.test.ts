import { afterEach, describe, expect, it } from 'vitest'
import {
  chosenLanguage,
  defaults,
  noteRecent,
  prefer,
  readPreferences,
  toggleFavourite,
  usePreferences,
  writePreferences,
} from '../../src/stores/preferences'

const read = (values: unknown) => readPreferences(JSON.stringify(values))

afterEach(() => usePreferences.setState(defaults, true))

describe('stored preferences', () => {
  it('are read as they were written', () => {
    const own = {
      ...defaults,
      theme: 'dark' as const,
      keybindings: { 'edit.undo': ['alt+u'], 'edit.redo': [] },
      favourites: ['Load image'],
      left: { open: false, width: 300, panel: 'outline' },
    }
    expect(readPreferences(writePreferences(own))).toEqual(own)
  })

  it('are the defaults when there are none or none that can be read', () => {
    for (const damaged of [null, '', '{"theme": "da', '[]', '7', 'null']) {
      expect(readPreferences(damaged)).toEqual(defaults)
    }
  })

  it('lose only what is damaged', () => {
    const found = read({ theme: 'dark', density: 'huge', snap: 'yes', name: 7, linkStyle: 'stepped' })
    expect(found).toEqual({ ...defaults, theme: 'dark', linkStyle: 'stepped' })
  })

  it('lose what a later version of the page may have added', () => {
    expect(read({ version: 9, weather: 'fine' })).toEqual(defaults)
  })

  it('keep of a list what is a text, once', () => {
    expect(read({ favourites: ['a', 3, 'b', 'a', null] }).favourites).toEqual(['a', 'b'])
    expect(read({ favourites: 'a' }).favourites).toEqual([])
  })

  it('keep of the keys what is a list of texts', () => {
    const keybindings = { good: ['mod+z'], none: [], bad: 'mod+z', odd: [4] }
    expect(read({ keybindings }).keybindings).toEqual({ good: ['mod+z'], none: [], odd: [] })
  })

  it('have sidebars of a usable width', () => {
    expect(read({ left: { open: true, width: 9000, panel: null } }).left.width).toBe(640)
    expect(read({ left: { open: true, width: -5, panel: null } }).left.width).toBe(200)
    expect(read({ left: { width: 'wide' } }).left).toEqual(defaults.left)
  })
})

describe('changes', () => {
  it('put the node type added last first, once, and forget the oldest', () => {
    for (const type of ['a', 'b', 'a']) noteRecent(type)
    expect(usePreferences.getState().recent).toEqual(['a', 'b'])
    for (let n = 0; n < 40; n++) noteRecent(`type ${n}`)
    expect(usePreferences.getState().recent).toHaveLength(24)
    expect(usePreferences.getState().recent[0]).toBe('type 39')
  })

  it('mark favourites and unmark them', () => {
    toggleFavourite('a')
    toggleFavourite('b')
    toggleFavourite('a')
    expect(usePreferences.getState().favourites).toEqual(['b'])
  })

  it('leave the rest as it is', () => {
    prefer({ name: 'Ada' })
    expect(usePreferences.getState()).toEqual({ ...defaults, name: 'Ada' })
  })
})

describe('the language', () => {
  it('is the one chosen', () => {
    expect(chosenLanguage('de', ['en-GB'])).toBe('de')
  })

  it('is the first of the browser’s that we speak, else English', () => {
    expect(chosenLanguage('system', ['fr-FR', 'de-AT', 'en'])).toBe('de')
    expect(chosenLanguage('system', ['fr'])).toBe('en')
  })
})
