import { create } from 'zustand'
import { t, type Key } from '../i18n/t'
import { notify } from './notices'

/** Where a command's keys work: everywhere but in dialogs, with the canvas focused, or in dialogs. */
export type Scope = 'global' | 'canvas' | 'dialog'

export const commandGroups = ['graph', 'edit', 'view', 'nodes', 'run', 'go', 'settings'] as const
export type CommandGroup = (typeof commandGroups)[number]

interface CommandBase {
  /** `area.verb`; the user's own keys are stored under it, so it must not change. */
  readonly id: string
  readonly group: CommandGroup
  /** The key combinations it comes with, such as `mod+z` (`mod` is Cmd on a Mac, else Ctrl). */
  readonly keys?: readonly string[]
  /** `global` if not given. */
  readonly scope?: Scope
  /** Whether its keys work also while somebody types. */
  readonly whileTyping?: boolean
  /** Whether it runs again and again while its key is held. */
  readonly repeats?: boolean
  /** Whether the palette leaves it out, such as the moves of the arrow keys. */
  readonly hidden?: boolean
  /** More words to find it by in the palette. */
  readonly words?: string
  /** Whether it can be run now; always if not given. */
  readonly when?: () => boolean
  readonly run: () => void | Promise<void>
}

/** Something that people can do, by the palette, by keys, or from a menu. */
export type Command = CommandBase &
  ({ readonly titleKey: Key; readonly title?: never } | { readonly title: string; readonly titleKey?: never })

interface Commands {
  readonly commands: ReadonlyMap<string, Command>
}

export const useCommands = create<Commands>(() => ({ commands: new Map() }))

/**
 * Offers commands until the function it returns is called. One with the id of an earlier one replaces it.
 *
 *     useEffect(() => registerCommands([{ id: 'edit.undo', titleKey: 'shell.undo', … }]), [])
 */
export function registerCommands(list: readonly Command[]): () => void {
  useCommands.setState(({ commands }) => ({
    commands: new Map([...commands, ...list.map((command) => [command.id, command] as const)]),
  }))
  return () => {
    useCommands.setState(({ commands }) => ({
      commands: new Map([...commands].filter(([, command]) => !list.includes(command))),
    }))
  }
}

/** What a command is called in the language spoken now. */
export function titleOf(command: Command): string {
  return command.titleKey === undefined ? command.title : t(command.titleKey)
}

/** Whether a command can be run now. */
export function isReady(command: Command): boolean {
  return command.when?.() ?? true
}

/** Runs a command if it can be run now, and tells the user when it fails. Says whether it was run. */
export function runCommand(id: string): boolean {
  const command = useCommands.getState().commands.get(id)
  if (!command || !isReady(command)) return false
  const tell = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    notify({ kind: 'error', text: t('shell.commandFailed', { title: titleOf(command) }), detail: reason })
  }
  try {
    void Promise.resolve(command.run()).catch(tell)
  } catch (error) {
    tell(error)
  }
  return true
}
