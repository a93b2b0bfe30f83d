import { language } from '../i18n/language'
import { t } from '../i18n/t'
import { useChord } from './KeyHint'
import { formatChord } from './keys'

export const CANVAS_KEYS = 'canvas-keys'

/** What screen readers say of the canvas: its keys, and those that lead out of it, since Tab does not. */
export function CanvasKeys() {
  const told = useFixedKeys()
  return (
    <p id={CANVAS_KEYS} hidden>
      {told}
    </p>
  )
}

/** What keys do that belong to no command, and how the keyboard leaves the canvas, as the user has it now. */
export function useFixedKeys(): string {
  const next = useChord('shell.nextRegion')
  const previous = useChord('shell.previousRegion')
  const told = (chord: string | undefined) => (chord === undefined ? '—' : formatChord(chord, language()))
  return t('shell.keysFixed', { next: told(next), previous: told(previous) })
}
