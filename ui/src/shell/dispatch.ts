import type { Command, Scope } from '../stores/commands'
import { isReady, runCommand, useCommands } from '../stores/commands'
import { usePreferences, type Preferences } from '../stores/preferences'
import { chordOf, parseChord, sameChord } from './keys'

type Overrides = Preferences['keybindings']

/** The chords of a command: the user's own, else those it came with. */
export function chordsOf(command: Command, overrides: Overrides): readonly string[] {
  return overrides[command.id] ?? command.keys ?? []
}

/** The user's keys after a command was given these; none are kept for one that has those it came with. */
export function withChords(overrides: Overrides, command: Command, chords: readonly string[]): Overrides {
  const others = Object.entries(overrides).filter(([id]) => id !== command.id)
  const came = command.keys ?? []
  const same = chords.length === came.length && chords.every((chord, index) => sameChord(chord, came[index] ?? ''))
  return Object.fromEntries(same ? others : [...others, [command.id, chords]])
}

export function scopeOf(command: Command): Scope {
  return command.scope ?? 'global'
}

/** Whether there is a place where the keys of both scopes work. */
export function scopesMeet(one: Scope, other: Scope): boolean {
  return one === other || (one !== 'dialog' && other !== 'dialog')
}

/** The other commands that `chord` would run where `command` listens. */
export function conflictsOf(
  command: Command,
  chord: string,
  commands: Iterable<Command>,
  overrides: Overrides,
): Command[] {
  return [...commands].filter(
    (other) =>
      other.id !== command.id &&
      scopesMeet(scopeOf(command), scopeOf(other)) &&
      chordsOf(other, overrides).some((taken) => sameChord(taken, chord)),
  )
}

/** What the place where a key was pressed lets through. */
export interface Place {
  /** The scopes that listen there, the nearest first. */
  readonly scopes: readonly Scope[]
  /** Whether keys write text there. */
  readonly typing: boolean
  /** Whether the control there has uses of its own for Enter, Space, arrows and the like. */
  readonly control: boolean
}

const controlKeys = new Set(
  ['enter', 'space', 'esc', 'tab', 'up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown'].flatMap(
    (key) => [key, `shift+${key}`],
  ),
)

/** Those that a chord may run at a place, in the order in which they are asked. */
export function candidates(
  chord: string,
  place: Place,
  commands: Iterable<Command>,
  overrides: Overrides,
): Command[] {
  if (place.control && controlKeys.has(chord)) return []
  const matching = [...commands].filter(
    (command) =>
      place.scopes.includes(scopeOf(command)) &&
      (!place.typing || command.whileTyping) &&
      chordsOf(command, overrides).some((own) => parseChord(own) === chord),
  )
  return matching.sort((one, other) => place.scopes.indexOf(scopeOf(one)) - place.scopes.indexOf(scopeOf(other)))
}

const typingInputs = 'input:not([type=button],[type=checkbox],[type=radio],[type=range],[type=color],[type=file])'
const typingPlaces = `${typingInputs}, textarea, select, [contenteditable=true], [contenteditable=''], [role=textbox]`
// In these, letters jump to the entry that begins with them.
const letterPlaces = '[role=menu], [role=listbox], [role=tree], [role=combobox]'
const controls =
  'button, a[href], input, summary, audio, video, [role=button], [role=slider], [role=spinbutton], [role=tab], ' +
  '[role=menuitem], [role=option], [role=treeitem], [role=separator], [role=grid], [role=radio], [role=switch]'

/** The place an element is. Dialogs keep the page's keys out; `data-scope=canvas` marks the canvas. */
export function placeOf(target: Element | null): Place {
  const dialog = target?.closest('[role=dialog], [role=alertdialog], [data-scope=dialog]')
  const onCanvas = !target || target === document.body || target.closest('[data-scope=canvas]') !== null
  const scopes: Scope[] = dialog ? ['dialog'] : onCanvas ? ['canvas', 'global'] : ['global']
  return {
    scopes,
    typing: target?.matches(typingPlaces) ?? false,
    control: Boolean(target?.closest(`${controls}, ${letterPlaces}`)),
  }
}

function takesLetters(target: Element | null, chord: string): boolean {
  return !/^((mod|ctrl|meta|alt)\+|(shift\+)?f\d)/.test(chord) && Boolean(target?.closest(letterPlaces))
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const chord = chordOf(event)
  const target = event.target instanceof Element ? event.target : null
  if (chord === null || takesLetters(target, chord)) return
  const { keybindings } = usePreferences.getState()
  const found = candidates(chord, placeOf(target), useCommands.getState().commands.values(), keybindings)
  const command = found.find(isReady)
  if (!command) return
  event.preventDefault()
  if (!event.repeat || command.repeats) runCommand(command.id)
}

/** Lets keys run commands, until the function it returns is called. */
export function listenToKeys(): () => void {
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}
