import { Command as Menu } from 'cmdk'
import { Search as SearchIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import { t, type Key } from '../i18n/t'
import { commandGroups, isReady, runCommand, titleOf, useCommands, type Command, type CommandGroup } from '../stores/commands'
import { byTitle } from './byTitle'
import { CommandKeys, KeyHint } from './KeyHint'
import { closePalette, useLayout } from './layout'
import { Modal } from './Modal'
import { rank } from './ranking'
import './Palette.css'

export const groupNames: Readonly<Record<CommandGroup, Key>> = {
  graph: 'shell.groupGraph',
  edit: 'shell.groupEdit',
  view: 'shell.groupView',
  nodes: 'shell.groupNodes',
  run: 'shell.groupRun',
  go: 'shell.groupGo',
  settings: 'shell.groupSettings',
}

const recentLimit = 4
// The ids of the commands that were chosen here last, as long as the page lives.
let recent: readonly string[] = []

interface ItemProps {
  readonly command: Command
  readonly value: string
  readonly onChoose: (command: Command) => void
  /** Whether it tells what group it is of. */
  readonly group?: boolean
}

function Item({ command, value, onChoose, group = false }: ItemProps) {
  return (
    <Menu.Item className="palette__item" value={value} onSelect={() => onChoose(command)}>
      <span className="palette__title">{titleOf(command)}</span>
      {group && <span className="palette__of">{t(groupNames[command.group])}</span>}
      <CommandKeys command={command.id} />
    </Menu.Item>
  )
}

interface CommandsProps {
  readonly ready: readonly Command[]
  readonly onChoose: (command: Command) => void
}

interface ItemsProps {
  readonly heading: Key
  readonly commands: readonly Command[]
  readonly onChoose: (command: Command) => void
  /** Makes the values differ from those of the same commands in another group. */
  readonly prefix?: string
}

function Items({ heading, commands, onChoose, prefix = '' }: ItemsProps) {
  if (commands.length === 0) return null
  return (
    <Menu.Group heading={t(heading)} className="palette__group">
      {commands.map((command) => (
        <Item key={command.id} command={command} value={prefix + command.id} onChoose={onChoose} />
      ))}
    </Menu.Group>
  )
}

/** The commands that fit what was typed, the best first. */
function Found({ ready, typed, onChoose }: CommandsProps & { readonly typed: string }) {
  const fits = ready
    .map((command) => {
      const names = { title: titleOf(command), words: command.words ?? '', group: t(groupNames[command.group]) }
      return { command, fit: rank(names, typed) }
    })
    .filter(({ fit }) => fit > 0)
    .sort((one, other) => other.fit - one.fit)
  if (fits.length === 0) return <Menu.Empty className="palette__empty">{t('shell.paletteEmpty')}</Menu.Empty>
  return fits.map(({ command }) => <Item key={command.id} command={command} value={command.id} onChoose={onChoose} group />)
}

function Hints() {
  return (
    <div className="palette__hints" aria-hidden="true">
      <span>
        <KeyHint chord="up" />
        <KeyHint chord="down" /> {t('shell.paletteMove')}
      </span>
      <span>
        <KeyHint chord="enter" /> {t('shell.paletteRun')}
      </span>
      <span>
        <KeyHint chord="esc" /> {t('shell.paletteClose')}
      </span>
    </div>
  )
}

function Search({ ready, onChoose }: CommandsProps) {
  const [typed, setTyped] = useState('')
  return (
    <Menu label={t('shell.palette')} loop shouldFilter={false}>
      <div className="palette__search">
        <SearchIcon size={16} aria-hidden="true" />
        <Menu.Input className="palette__input" placeholder={t('shell.paletteInput')} data-autofocus="" value={typed} onValueChange={setTyped} />
      </div>
      <Menu.List className="palette__list">
        {typed.trim() ? <Found ready={ready} typed={typed} onChoose={onChoose} /> : <All ready={byTitle(ready)} onChoose={onChoose} />}
      </Menu.List>
      <Hints />
    </Menu>
  )
}

/** Every command by its group, those that were chosen last before them. */
function All({ ready, onChoose }: CommandsProps) {
  const last = recent.flatMap((id) => ready.find((command) => command.id === id) ?? [])
  return (
    <>
      <Items heading="shell.paletteRecent" commands={last} onChoose={onChoose} prefix="recent " />
      {commandGroups.map((group) => (
        <Items
          key={group}
          heading={groupNames[group]}
          commands={ready.filter((command) => command.group === group && !last.includes(command))}
          onChoose={onChoose}
        />
      ))}
    </>
  )
}

/** Finds a command by its name and runs it, with the focus back where it was. */
export default function Palette() {
  const open = useLayout((state) => state.palette)
  const commands = useCommands((state) => state.commands)
  const chosen = useRef<string | null>(null)
  const ready = [...commands.values()].filter((command) => !command.hidden && isReady(command))
  const choose = ({ id }: Command) => {
    chosen.current = id
    recent = [id, ...recent.filter((other) => other !== id)].slice(0, recentLimit)
    closePalette()
  }
  const runChosen = () => {
    if (chosen.current !== null) runCommand(chosen.current)
    chosen.current = null
  }
  return (
    <Modal open={open} onOpenChange={closePalette} onClosed={runChosen} title={t('shell.palette')} hideHeader className="palette">
      <Search ready={ready} onChoose={choose} />
    </Modal>
  )
}
