import { describe, expect, it } from 'vitest'
import { ariaChord, chordOf, formatChord, parseChord, sameChord, type KeyPress } from '../../src/shell/keys'

function press(key: string, code: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }
}

const altGraph = { getModifierState: (name: string) => name === 'AltGraph' }

describe('the chord of a key press', () => {
  it('names modifiers in one order, and Ctrl as mod where there is no Cmd', () => {
    const held = { ctrlKey: true, shiftKey: true, altKey: true }
    expect(chordOf(press('Z', 'KeyZ', held), false)).toBe('mod+alt+shift+z')
  })

  it('takes Cmd as mod on Apple’s machines, and Ctrl as itself', () => {
    expect(chordOf(press('z', 'KeyZ', { metaKey: true }), true)).toBe('mod+z')
    expect(chordOf(press('z', 'KeyZ', { ctrlKey: true }), true)).toBe('ctrl+z')
  })

  it('is what the layout types: on a German keyboard the key right of T is Z', () => {
    expect(chordOf(press('z', 'KeyY', { ctrlKey: true }), false)).toBe('mod+z')
  })

  it('is the place of the key where the layout has other letters', () => {
    expect(chordOf(press('я', 'KeyZ', { ctrlKey: true }), false)).toBe('mod+z')
  })

  it('ignores what Alt makes of a letter on Apple’s machines', () => {
    expect(chordOf(press('Ω', 'KeyZ', { altKey: true }), true)).toBe('alt+z')
  })

  it('has no shift for signs, since layouts differ in which need it', () => {
    expect(chordOf(press('?', 'Slash', { shiftKey: true }), false)).toBe('?')
    expect(chordOf(press('?', 'Minus', { shiftKey: true }), false)).toBe('?')
    expect(chordOf(press('+', 'Equal', { shiftKey: true, ctrlKey: true }), false)).toBe('mod+plus')
  })

  it('takes the digit of a key whose sign is typed by shift', () => {
    expect(chordOf(press('!', 'Digit1', { shiftKey: true }), false)).toBe('shift+1')
    expect(chordOf(press('1', 'Digit1', { ctrlKey: true }), false)).toBe('mod+1')
  })

  it('takes what AltGr types as typed, not as Ctrl and Alt', () => {
    const held = { ctrlKey: true, altKey: true, ...altGraph }
    expect(chordOf(press('@', 'KeyQ', held), false)).toBe('@')
  })

  it('names keys that have no sign', () => {
    expect(chordOf(press('ArrowUp', 'ArrowUp', { shiftKey: true }), false)).toBe('shift+up')
    expect(chordOf(press(' ', 'Space'), false)).toBe('space')
    expect(chordOf(press('Escape', 'Escape'), false)).toBe('esc')
    expect(chordOf(press('F8', 'F8'), false)).toBe('f8')
  })

  it('is none for a modifier alone or a dead key', () => {
    expect(chordOf(press('Control', 'ControlLeft', { ctrlKey: true }), false)).toBeNull()
    expect(chordOf(press('Dead', 'Equal'), false)).toBeNull()
  })
})

describe('chords as texts', () => {
  it('are the same in any order and case', () => {
    expect(parseChord('Shift+Mod+Z')).toBe('mod+shift+z')
    expect(sameChord('shift+mod+arrowup', 'Mod+Shift+Up')).toBe(true)
  })

  it('are none with an unknown or repeated modifier, or without a key', () => {
    expect(parseChord('hyper+z')).toBeNull()
    expect(parseChord('mod+mod+z')).toBeNull()
    expect(parseChord('mod+')).toBeNull()
  })

  it('are shown as the keys are labelled', () => {
    expect(formatChord('mod+shift+z', 'en', false)).toBe('Ctrl+Shift+Z')
    expect(formatChord('mod+delete', 'de', false)).toBe('Strg+Entf')
    expect(formatChord('mod+shift+z', 'en', true)).toBe('⌘⇧Z')
    expect(formatChord('mod+plus', 'en', false)).toBe('Ctrl++')
  })

  it('are told to screen readers by the names of the specification', () => {
    expect(ariaChord('mod+up', false)).toBe('Control+ArrowUp')
    expect(ariaChord('mod+z', true)).toBe('Meta+Z')
  })
})
