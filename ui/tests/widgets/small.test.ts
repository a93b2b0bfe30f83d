import { describe, expect, test } from 'vitest'
import { takes } from '../../src/graph/fileNames'
import { readColour, writeColour } from '../../src/widgets/colours'
import { firstValue, inserted, shifted, without } from '../../src/widgets/lists'
import { blank, did, redo, undo } from '../../src/widgets/masks'
import { drawSeed, nextSeed } from '../../src/widgets/seeds'

import { partsOf } from '../../src/widgets/wildcards'

describe('colours', () => {
  test.each([
    ['#abc', '#aabbcc', 1],
    ['#5B4BDB', '#5b4bdb', 1],
    ['5b4bdb', '#5b4bdb', 1],
    ['#00000000', '#000000', 0],
    ['#f000', '#ff0000', 0],
  ])('%s', (text, solid, opacity) => expect(readColour(text)).toEqual({ solid, opacity }))

  test.each(['', 'red', '#12', '#12345', '#ggg'])('"%s" is none', (text) => expect(readColour(text)).toBeNull())

  test('are written as short as they can be', () => {
    expect(writeColour({ solid: '#5b4bdb', opacity: 1 })).toBe('#5b4bdb')
    expect(writeColour({ solid: '#5b4bdb', opacity: 0.5 })).toBe('#5b4bdb80')
  })
})

describe('seeds', () => {
  test('are drawn from those that are allowed', () => {
    const drawn = Array.from({ length: 200 }, () => drawSeed({ min: 5, max: 7, whole: true }))
    expect(new Set(drawn)).toEqual(new Set([5, 6, 7]))
  })
  test('stay, or go on by one, from the largest to the smallest', () => {
    const bounds = { min: 0, max: 9, whole: true }
    expect(nextSeed('fixed', 4, bounds)).toBe(4)
    expect(nextSeed('step', 4, bounds)).toBe(5)
    expect(nextSeed('step', 9, bounds)).toBe(0)
  })
})

describe('lists', () => {
  test('change by making new ones', () => {
    const items = ['a', 'b', 'c']
    expect(without(items, 1)).toEqual(['a', 'c'])
    expect(inserted(items, 'd')).toEqual(['a', 'b', 'c', 'd'])
    expect(shifted(items, 0, 2)).toEqual(['b', 'c', 'a'])
    expect(items).toEqual(['a', 'b', 'c'])
  })
  test('a new number begins as the last one, else as the nearest to zero that is allowed', () => {
    const form = { kind: 'number', bounds: { min: 3, whole: true } } as const
    expect(firstValue(form, 8)).toBe(8)
    expect(firstValue(form, undefined)).toBe(3)
  })
})

describe('painting', () => {
  const clear = { kind: 'clear' } as const
  const invert = { kind: 'invert' } as const

  test('undo and redo go the same way back and forth', () => {
    const painting = did(did(blank, clear), invert)
    expect(undo(painting)).toEqual({ acts: [clear], undone: [invert] })
    expect(redo(undo(painting))).toEqual(painting)
    expect(redo(redo(undo(undo(painting))))).toEqual(painting)
  })
  test('a new act ends what could be done again', () => {
    expect(redo(did(undo(did(blank, clear)), invert)).acts).toEqual([invert])
  })
  test('there is nothing before the first', () => expect(undo(blank)).toEqual(blank))
})

describe('wildcards', () => {
  const kinds = (text: string) => partsOf(text).map((part) => `${part.kind}:${part.text}`)

  test('choices, their options and names are found', () => {
    expect(kinds('a {red|2::green} __animal__!')).toEqual([
      'plain:a ', 'choice:{', 'choice:red', 'choice:|', 'choice:2::green', 'choice:}', 'plain: ', 'name:__animal__', 'plain:!',
    ])
  })
  test('what is escaped is plain', () => expect(kinds('a \\{b\\} | c')).toEqual(['plain:a \\{b\\} | c']))
  test('braces without a partner stand out', () => {
    expect(kinds('{a')).toEqual(['open:{', 'plain:a'])
    expect(kinds('a}')).toEqual(['plain:a', 'open:}'])
  })
  test('the parts are the text', () => {
    const text = '{a|{b|c}} __x__ } \\} {'
    expect(partsOf(text).map((part) => part.text).join('')).toBe(text)
  })
})

describe('files', () => {
  test('uploads fit by their ending, under whichever of its spellings', () => {
    expect(takes(['.png', '.jpeg'], 'a.jpg')).toBe(true)
    expect(takes(['.csv'], 'a.txt')).toBe(true)
    expect(takes(['.png'], 'a.safetensors')).toBe(false)
    expect(takes([], 'a.safetensors')).toBe(true)
  })
})
