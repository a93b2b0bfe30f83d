import { Command as Menu } from 'cmdk'
import { Search } from 'lucide-react'
import { useRef } from 'react'
import { t, type Key } from '../i18n/t'
import { commandGroups, isReady, runCommand, titleOf, useCommands, type Command, type CommandGroup } from '../stores/commands'
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
        <Menu.Item
          key={command.id}
          className="palette__item"
          value={prefix + command.id}
          keywords={[titleOf(command), command.words ?? '', t(groupNames[command.group])]}
          onSelect={() => onChoose(command)}
        >
          <span className="palette__title">{titleOf(command)}</span>
          <CommandKeys command={command.id} />
        </Menu.Item>
      ))}
    </Menu.Group>
  )
}

/** How well a command fits what was typed, by its words; ids are no words. */
function score(_id: string, typed: string, keywords: readonly string[] = []): number {
  const [title = '', words = '', group = ''] = keywords
  return rank({ title, words, group }, typed)
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

/** Finds a command by its name and runs it, with the focus back where it was. */
export default function Palette() {
  const open = useLayout((state) => state.palette)
  const commands = useCommands((state) => state.commands)
  const chosen = useRef<string | null>(null)
  const ready = [...commands.values()].filter((command) => !command.hidden && isReady(command))
  const last = recent.flatMap((id) => ready.find((command) => command.id === id) ?? [])
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
      <Menu label={t('shell.palette')} loop filter={score}>
        <div className="palette__search">
          <Search size={16} aria-hidden="true" />
          <Menu.Input className="palette__input" placeholder={t('shell.paletteInput')} data-autofocus="" />
        </div>
        <Menu.List className="palette__list">
          <Menu.Empty className="palette__empty">{t('shell.paletteEmpty')}</Menu.Empty>
          <Items heading="shell.paletteRecent" commands={last} onChoose={choose} prefix="recent " />
          {commandGroups.map((group) => (
            <Items
              key={group}
              heading={groupNames[group]}
              commands={ready.filter((command) => command.group === group && !last.includes(command))}
              onChoose={choose}
            />
          ))}
        </Menu.List>
        <Hints />
      </Menu>
    </Modal>
  )
}
