import { Plus, RotateCcw, Search, X } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { language } from '../i18n/language'
import { t } from '../i18n/t'
import { commandGroups, titleOf, useCommands, type Command } from '../stores/commands'
import { prefer, usePreferences } from '../stores/preferences'
import { announce } from './announce'
import { ask } from './ask'
import { Button, IconButton } from './Button'
import { byTitle } from './byTitle'
import { useFixedKeys } from './CanvasKeys'
import { chordsOf, conflictsOf, withChords } from './dispatch'
import { chordOf, formatChord } from './keys'
import './KeySettings.css'
import { groupNames } from './Palette'

function setChords(command: Command, chords: readonly string[]): void {
  prefer({ keybindings: withChords(usePreferences.getState().keybindings, command, chords) })
}

function removeChord(command: Command, chord: string): void {
  const chords = chordsOf(command, usePreferences.getState().keybindings)
  setChords(
    command,
    chords.filter((other) => other !== chord),
  )
}

/** Gives a command one more chord; asks first if that runs others, which may then lose it. */
async function addChord(command: Command, chord: string): Promise<void> {
  const { keybindings } = usePreferences.getState()
  const others = conflictsOf(command, chord, useCommands.getState().commands.values(), keybindings)
  if (others.length > 0) {
    const other = others.map(titleOf).join(', ')
    const answer = await ask({
      title: t('shell.keysTaken', { chord: formatChord(chord, language()), other }),
      text: t('shell.keysTakenText'),
      actions: [
        { id: 'both', label: t('shell.keysKeepBoth') },
        { id: 'only', label: t('shell.keysTakeOver'), kind: 'primary' },
      ],
    })
    if (answer === null) return
    if (answer === 'only') for (const one of others) removeChord(one, chord)
  }
  const chords = chordsOf(command, usePreferences.getState().keybindings)
  if (!chords.includes(chord)) setChords(command, [...chords, chord])
}

interface RecorderProps {
  readonly title: string
  readonly onChord: (chord: string) => void
}

/** A button that, once pressed, takes the next key combination. */
function Recorder({ title, onChord }: RecorderProps) {
  const [recording, setRecording] = useState(false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!recording) return
    const chord = chordOf(event.nativeEvent)
    if (chord === 'tab' || chord === 'shift+tab') return
    event.preventDefault()
    event.stopPropagation()
    if (chord === null) return
    setRecording(false)
    if (chord !== 'esc') onChord(chord)
  }
  const start = () => {
    setRecording(true)
    announce(`${t('shell.keysRecord')}. ${t('shell.keysRecordHint')}`)
  }
  return (
    <button
      type="button"
      className={`key-settings__record ${recording ? 'key-settings__record--on' : ''}`}
      aria-label={t('shell.keysAddTo', { title })}
      aria-pressed={recording}
      data-keeps-escape={recording ? '' : undefined}
      onClick={start}
      onBlur={() => setRecording(false)}
      onKeyDown={onKeyDown}
    >
      {recording ? t('shell.keysRecord') : <Plus size={14} aria-hidden="true" />}
    </button>
  )
}

function Row({ command }: { readonly command: Command }) {
  const overrides = usePreferences((state) => state.keybindings)
  const commands = useCommands((state) => state.commands)
  const title = titleOf(command)
  const chords = chordsOf(command, overrides)
  const clashes = chords.flatMap((chord) => conflictsOf(command, chord, commands.values(), overrides))
  return (
    <li className="key-settings__row">
      <div className="key-settings__title">
        {title}
        {clashes.length > 0 && (
          <p className="key-settings__clash">
            {t('shell.keysConflict', { other: [...new Set(clashes.map(titleOf))].join(', ') })}
          </p>
        )}
      </div>
      {chords.map((chord) => {
        const name = formatChord(chord, language())
        return (
          <span key={chord} className="key-settings__chord">
            {name}
            <button
              type="button"
              className="key-settings__remove"
              aria-label={t('shell.keysRemove', { chord: name, title })}
              onClick={() => removeChord(command, chord)}
            >
              <X size={12} aria-hidden="true" />
            </button>
          </span>
        )
      })}
      {chords.length === 0 && <span className="key-settings__none">{t('shell.keysNone')}</span>}
      <Recorder title={title} onChord={(chord) => void addChord(command, chord)} />
      <IconButton
        icon={RotateCcw}
        size="small"
        label={t('shell.keysResetOne', { title })}
        disabled={!(command.id in overrides)}
        onClick={() => setChords(command, command.keys ?? [])}
      />
    </li>
  )
}

async function resetAll(): Promise<void> {
  const answer = await ask({
    title: t('shell.keysResetAllTitle'),
    actions: [{ id: 'reset', label: t('shell.keysResetAll'), kind: 'danger' }],
  })
  if (answer !== null) prefer({ keybindings: {} })
}

function matches(command: Command, words: readonly string[]): boolean {
  const text = `${titleOf(command)} ${t(groupNames[command.group])}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** The list of all commands with their keys, to add, take away and give back. */
export function KeySettings() {
  const commands = useCommands((state) => state.commands)
  const changed = usePreferences((state) => Object.keys(state.keybindings).length > 0)
  const fixed = useFixedKeys()
  const [typed, setTyped] = useState('')
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const found = byTitle(commands.values()).filter((command) => matches(command, words))
  return (
    <div className="key-settings">
      <div className="key-settings__search">
        <label className="key-settings__field">
          <Search size={14} aria-hidden="true" />
          <input
            type="search"
            value={typed}
            aria-label={t('shell.keysSearch')}
            placeholder={t('shell.keysSearch')}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <Button disabled={!changed} onClick={() => void resetAll()}>
          {t('shell.keysResetAll')}
        </Button>
      </div>
      <p className="key-settings__fixed">{fixed}</p>
      {commandGroups.map((group) => {
        const own = found.filter((command) => command.group === group)
        if (own.length === 0) return null
        return (
          <section key={group} aria-labelledby={`keys-${group}`}>
            <h3 className="key-settings__group" id={`keys-${group}`}>
              {t(groupNames[group])}
            </h3>
            <ul>
              {own.map((command) => (
                <Row key={command.id} command={command} />
              ))}
            </ul>
          </section>
        )
      })}
      {found.length === 0 && <p className="key-settings__nothing">{t('shell.keysNothing')}</p>}
    </div>
  )
}
