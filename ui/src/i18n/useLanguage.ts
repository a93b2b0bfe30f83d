import { useSyncExternalStore } from 'react'
import { language, onLanguage, type Language } from './language'

/** The language spoken now; draws again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, language)
}
