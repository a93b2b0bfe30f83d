import { t } from '../i18n/t'
import { speak } from '../i18n/language'
import { notify } from '../stores/notices'
import { chosenLanguage, usePreferences, type Preferences } from '../stores/preferences'

const dark = '(prefers-color-scheme: dark)'

/** The theme to show: the one chosen, else the system's. */
export function shownTheme(theme: Preferences['theme'], systemIsDark: boolean): 'light' | 'dark' {
  if (theme === 'system') return systemIsDark ? 'dark' : 'light'
  return theme
}

/** Shows theme and density as preferred. */
export function showAppearance({ theme, density }: Preferences): void {
  const { dataset } = document.documentElement
  dataset.theme = shownTheme(theme, matchMedia(dark).matches)
  dataset.density = density
}

/** Speaks the chosen language; rejects when its texts cannot be loaded. */
export async function applyLanguage({ language }: Preferences): Promise<void> {
  const next = chosenLanguage(language, navigator.languages)
  await speak(next)
  document.documentElement.lang = next
}

/** Shows theme, density and language as preferred, now and after each change. Returns what ends it. */
export function followPreferences(): () => void {
  const system = matchMedia(dark)
  const showNow = () => showAppearance(usePreferences.getState())
  showNow()
  system.addEventListener('change', showNow)
  const unsubscribe = usePreferences.subscribe((next, before) => {
    showAppearance(next)
    if (next.language === before.language) return
    applyLanguage(next).catch(() => notify({ kind: 'error', text: t('shell.languageNotLoaded') }))
  })
  return () => {
    system.removeEventListener('change', showNow)
    unsubscribe()
  }
}
