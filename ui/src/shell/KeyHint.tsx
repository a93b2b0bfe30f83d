import { language } from '../i18n/language'
import { useCommands } from '../stores/commands'
import { usePreferences } from '../stores/preferences'
import { chordsOf } from './dispatch'
import { chordParts } from './keys'
import './KeyHint.css'

/** A key combination as it is printed on the keys. */
export function KeyHint({ chord }: { readonly chord: string }) {
  return (
    <span className="key-hint" aria-hidden="true">
      {chordParts(chord, language()).map((part) => (
        <kbd key={part} className="key-hint__key">
          {part}
        </kbd>
      ))}
    </span>
  )
}

/** The first key combination of a command, as the user has it now. */
export function useChord(command: string | undefined): string | undefined {
  const known = useCommands(({ commands }) => (command === undefined ? undefined : commands.get(command)))
  const overrides = usePreferences(({ keybindings }) => keybindings)
  return known && chordsOf(known, overrides)[0]
}

/** The key combination of a command, or nothing if it has none. */
export function CommandKeys({ command }: { readonly command: string }) {
  const chord = useChord(command)
  return chord === undefined ? null : <KeyHint chord={chord} />
}
