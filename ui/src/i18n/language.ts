import { english } from './en'
import type { Dictionary } from './text'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

/** What each language calls itself, for the list to choose from. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }

let current: Language = 'en'
let texts: Dictionary = english
const listeners = new Set<() => void>()

/** The language that the page speaks now. */
export function language(): Language {
  return current
}

/** The texts of that language. */
export function dictionary(): Dictionary {
  return texts
}

/** Calls `listener` after each change of the language, until the function it returns is called. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The first of a browser's preferred languages (`navigator.languages`) that we speak, else English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = languages.find((one) => one === tag.toLowerCase().split('-')[0])
    if (found) return found
  }
  return 'en'
}

/** Loads the texts of a language, then speaks it; rejects when they cannot be loaded. */
export async function speak(next: Language): Promise<void> {
  const loaded = next === 'de' ? (await import('./de')).german : english
  if (next === current) return
  current = next
  texts = loaded
  for (const listener of listeners) listener()
}
