/**
 * Key combinations as texts.
 *
 * A chord names its modifiers in the order mod, ctrl, meta, alt, shift, then the key: `mod+shift+z`, `alt+up`,
 * `?`. `mod` is Cmd on Apple's machines and Ctrl on others. The key is what the keyboard's layout types (so
 * `mod+z` is where Z is printed), save for digits and where Alt or a non-Latin layout would type something
 * else. Signs other than letters carry no `shift`, since which need it depends on the layout.
 */

const modifiers = ['mod', 'ctrl', 'meta', 'alt', 'shift'] as const
type Modifier = (typeof modifiers)[number]

const namedKeys: Readonly<Record<string, string>> = {
  ' ': 'space',
  '+': 'plus',
  arrowup: 'up',
  arrowdown: 'down',
  arrowleft: 'left',
  arrowright: 'right',
  escape: 'esc',
  spacebar: 'space',
  return: 'enter',
  del: 'delete',
}

const bareKeys = new Set(['control', 'shift', 'alt', 'meta', 'altgraph', 'capslock', 'dead', 'process', 'unidentified'])

/** What of a keyboard event says which chord it is. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {
  readonly getModifierState?: (key: string) => boolean
}

/** Whether Cmd takes the place of Ctrl here. */
export function isApple(): boolean {
  return typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform)
}

function isSign(key: string): boolean {
  return key.length === 1 && key.toLowerCase() === key.toUpperCase()
}

// Shift and Alt change what a digit's key types, and Alt what a letter's does.
function physicalKey({ key, code, ...held }: KeyPress): string | undefined {
  const [, letter, digit] = /^(?:Key([A-Z])|Digit(\d))$/.exec(code) ?? []
  if (digit) return held.shiftKey || held.altKey || held.ctrlKey || held.metaKey ? digit : undefined
  const foreign = key.length === 1 && key > '\u007f' && !isSign(key)
  return held.altKey || foreign ? letter?.toLowerCase() : undefined
}

function keyName(press: KeyPress): string | null {
  const key = press.key.toLowerCase()
  if (bareKeys.has(key) || key === '') return physicalKey(press) ?? null
  return physicalKey(press) ?? namedKeys[key] ?? key
}

/** The chord that was pressed, or null for a modifier alone and for keys that are still composing. */
export function chordOf(press: KeyPress, apple = isApple()): string | null {
  // AltGr types signs and is reported as Ctrl and Alt.
  const typing = press.getModifierState?.('AltGraph') ?? false
  const plain = typing ? { ...pick(press), ctrlKey: false, altKey: false } : press
  const key = keyName(plain)
  if (key === null) return null
  const held: Readonly<Record<Modifier, boolean>> = {
    mod: apple ? plain.metaKey : plain.ctrlKey,
    ctrl: apple && plain.ctrlKey,
    meta: !apple && plain.metaKey,
    alt: plain.altKey,
    shift: plain.shiftKey && !(isSign(press.key) && key === press.key) && key !== 'plus',
  }
  return [...modifiers.filter((modifier) => held[modifier]), key].join('+')
}

function pick({ key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): KeyPress {
  return { key, code, ctrlKey, metaKey, altKey, shiftKey }
}

/** A chord as it is compared: lower case, modifiers in order. Null if the text is no chord. */
export function parseChord(text: string): string | null {
  const parts = text.trim().toLowerCase().split('+').map((part) => part.trim())
  const key = parts.pop()
  if (!key) return null
  const unknown = parts.some((part) => !modifiers.includes(part as Modifier))
  if (unknown || new Set(parts).size < parts.length) return null
  return [...modifiers.filter((modifier) => parts.includes(modifier)), namedKeys[key] ?? key].join('+')
}

/** Whether two chords are the same combination. */
export function sameChord(one: string, other: string): boolean {
  return parseChord(one) === parseChord(other)
}

const appleSigns: Readonly<Record<string, string>> = { mod: '⌘', ctrl: '⌃', meta: '⌘', alt: '⌥', shift: '⇧' }

const keySigns: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  plus: '+',
  enter: '↵',
  backspace: '⌫',
}

const germanNames: Readonly<Record<string, string>> = {
  mod: 'Strg',
  ctrl: 'Strg',
  shift: 'Umschalt',
  delete: 'Entf',
  space: 'Leertaste',
  home: 'Pos1',
  end: 'Ende',
  pageup: 'Bild↑',
  pagedown: 'Bild↓',
}

const englishNames: Readonly<Record<string, string>> = { mod: 'Ctrl', meta: 'Win', pageup: 'PgUp', pagedown: 'PgDn' }

function partName(part: string, language: string, apple: boolean): string {
  if (apple && appleSigns[part]) return appleSigns[part]
  const sign = keySigns[part]
  if (sign) return sign
  const name = (language === 'de' ? germanNames[part] : undefined) ?? englishNames[part]
  return name ?? part.charAt(0).toUpperCase() + part.slice(1)
}

/** A chord's keys as they are printed, one by one: `['Ctrl', 'Z']`. */
export function chordParts(chord: string, language: string, apple = isApple()): string[] {
  return (parseChord(chord) ?? chord).split('+').map((part) => partName(part, language, apple))
}

/** A chord as people read it: `Ctrl+Z`, or `⌘Z`. */
export function formatChord(chord: string, language: string, apple = isApple()): string {
  return chordParts(chord, language, apple).join(apple ? '' : '+')
}

/** A chord as `aria-keyshortcuts` wants it. */
export function ariaChord(chord: string, apple = isApple()): string {
  const names: Readonly<Record<string, string>> = {
    mod: apple ? 'Meta' : 'Control',
    ctrl: 'Control',
    meta: 'Meta',
    alt: 'Alt',
    shift: 'Shift',
    up: 'ArrowUp',
    down: 'ArrowDown',
    left: 'ArrowLeft',
    right: 'ArrowRight',
    esc: 'Escape',
  }
  const parts = (parseChord(chord) ?? chord).split('+')
  return parts.map((part) => names[part] ?? part.charAt(0).toUpperCase() + part.slice(1)).join('+')
}
