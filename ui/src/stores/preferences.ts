import { create } from 'zustand'
import { languages, pickLanguage, type Language } from '../i18n/language'

export const themes = ['system', 'light', 'dark'] as const
export const densities = ['comfortable', 'compact'] as const
export const linkStyles = ['curved', 'straight', 'stepped'] as const
export const previewSizes = ['none', 'small', 'medium', 'large'] as const

/** A sidebar as it was left: its width in px, whether it is open, and with which panel. */
export interface SideLayout {
  readonly open: boolean
  readonly width: number
  readonly panel: string | null
}

/** What somebody chose for this browser. Nothing here belongs to a graph. */
export interface Preferences {
  readonly theme: (typeof themes)[number]
  readonly language: Language | 'system'
  readonly density: (typeof densities)[number]
  /** Whether nodes snap to the grid when they are moved. */
  readonly snap: boolean
  readonly linkStyle: (typeof linkStyles)[number]
  readonly previewSize: (typeof previewSizes)[number]
  /** Command → its key combinations, where they are not those it came with. */
  readonly keybindings: Readonly<Record<string, readonly string[]>>
  /** Names of node types, in the order they were marked. */
  readonly favourites: readonly string[]
  /** Names of node types, the one added last first. */
  readonly recent: readonly string[]
  /** The name shown to others who have the same graph open; empty until it is given. */
  readonly name: string
  readonly left: SideLayout
  readonly right: SideLayout
}

export const sideWidth = { least: 200, most: 640, left: 264, right: 312 } as const

export const defaults: Preferences = {
  theme: 'system',
  language: 'system',
  density: 'comfortable',
  snap: true,
  linkStyle: 'curved',
  previewSize: 'medium',
  keybindings: {},
  favourites: [],
  recent: [],
  name: '',
  left: { open: true, width: sideWidth.left, panel: null },
  right: { open: true, width: sideWidth.right, panel: null },
}

const recentLimit = 24
const version = 1
const storageKey = 'knotwork.preferences'

type Reader<T> = (value: unknown, fallback: T) => T

function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (value, fallback) => choices.find((choice) => choice === value) ?? fallback
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

const flag: Reader<boolean> = (value, fallback) => (typeof value === 'boolean' ? value : fallback)
const text: Reader<string> = (value, fallback) => (isText(value) ? value.slice(0, 200) : fallback)
const names: Reader<readonly string[]> = (value, fallback) =>
  Array.isArray(value) ? [...new Set(value.filter(isText))] : fallback

const bindings: Reader<Preferences['keybindings']> = (value, fallback) => {
  if (!isRecord(value)) return fallback
  const lists = Object.entries(value).filter(([, chords]) => Array.isArray(chords))
  return Object.fromEntries(lists.map(([id, chords]) => [id, names(chords, [])]))
}

const side: Reader<SideLayout> = (value, fallback) => {
  if (!isRecord(value)) return fallback
  const width = typeof value.width === 'number' && Number.isFinite(value.width) ? value.width : fallback.width
  return {
    open: flag(value.open, fallback.open),
    width: Math.min(sideWidth.most, Math.max(sideWidth.least, width)),
    panel: isText(value.panel) ? value.panel : fallback.panel,
  }
}

const readers: { readonly [K in keyof Preferences]: Reader<Preferences[K]> } = {
  theme: oneOf(themes),
  language: oneOf(['system', ...languages]),
  density: oneOf(densities),
  snap: flag,
  linkStyle: oneOf(linkStyles),
  previewSize: oneOf(previewSizes),
  keybindings: bindings,
  favourites: names,
  recent: names,
  name: text,
  left: side,
  right: side,
}

/** The preferences in a stored text; whatever is missing or damaged in it has its default. */
export function readPreferences(stored: string | null): Preferences {
  let values: unknown
  try {
    values = JSON.parse(stored ?? '{}')
  } catch {
    return defaults
  }
  if (!isRecord(values)) return defaults
  const read = <K extends keyof Preferences>(key: K) => [key, readers[key](values[key], defaults[key])] as const
  const keys = Object.keys(readers) as (keyof Preferences)[]
  return Object.fromEntries(keys.map(read)) as unknown as Preferences
}

/** The text to store; `readPreferences` reads it. */
export function writePreferences(preferences: Preferences): string {
  return JSON.stringify({ version, ...preferences })
}

// A browser may refuse storage altogether; the page then works with the defaults.
function storage(): Storage | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage
  } catch {
    return null
  }
}

export const usePreferences = create<Preferences>(() => readPreferences(storage()?.getItem(storageKey) ?? null))

/** The preferences now, for what is no component. */
export const preferences = (): Preferences => usePreferences.getState()

/** Changes some preferences. */
export function prefer(change: Partial<Preferences>): void {
  usePreferences.setState(change)
}

/** Marks a node type as favourite, or no longer. */
export function toggleFavourite(type: string): void {
  const { favourites } = usePreferences.getState()
  const without = favourites.filter((name) => name !== type)
  prefer({ favourites: without.length < favourites.length ? without : [...favourites, type] })
}

/** Remembers that a node of this type was added just now. */
export function noteRecent(type: string): void {
  const { recent } = usePreferences.getState()
  prefer({ recent: [type, ...recent.filter((name) => name !== type)].slice(0, recentLimit) })
}

/** The language to speak: the one chosen, else the first of the browser's that we speak. */
export function chosenLanguage(chosen: Preferences['language'], browser: readonly string[]): Language {
  return chosen === 'system' ? pickLanguage(browser) : chosen
}

/**
 * Stores each change, a moment later so that dragging doesn't write at every step, and takes over what
 * another tab of this browser stored. Returns the function that ends it.
 */
export function keepPreferences(delay = 250): () => void {
  const store = storage()
  if (!store) return () => undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let adopting = false
  const write = () => {
    clearTimeout(timer)
    timer = undefined
    try {
      store.setItem(storageKey, writePreferences(usePreferences.getState()))
    } catch {
      // Full or forbidden: the preferences then last as long as the page.
    }
  }
  const flush = () => {
    if (timer !== undefined) write()
  }
  const adopt = (event: StorageEvent) => {
    if (event.key === storageKey && timer === undefined) {
      adopting = true
      usePreferences.setState(readPreferences(event.newValue))
      adopting = false
    }
  }
  const unsubscribe = usePreferences.subscribe(() => {
    if (adopting) return
    clearTimeout(timer)
    timer = setTimeout(write, delay)
  })
  window.addEventListener('pagehide', flush)
  window.addEventListener('storage', adopt)
  return () => {
    flush()
    unsubscribe()
    window.removeEventListener('pagehide', flush)
    window.removeEventListener('storage', adopt)
  }
}
