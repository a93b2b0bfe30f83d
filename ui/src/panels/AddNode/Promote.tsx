import { Command } from 'cmdk'
import { LogIn, LogOut } from 'lucide-react'
import { exposeInput, exposeOutput } from '../../canvas/actions'
import { focusCard } from '../../canvas/view'
import { nameOf } from '../../graph/level'
import { t } from '../../i18n/t'
import { closeAddNode, type LinkFrom } from './store'

/** Key of the row that makes a port an input or output of the graph, rather than adding a node. */
export const PROMOTE = '.promote'

const titleOf = ({ side }: LinkFrom) => t(side === 'in' ? 'canvas.takeAs' : 'canvas.giveAs')

/** The port that can be made one, if a search means that. */
export function promoted(from: LinkFrom | undefined, query: string): LinkFrom | null {
  if (!from || nameOf(from.name).startsWith('.')) return null // what a frame has inside is an input or output already
  const title = titleOf(from).toLocaleLowerCase()
  const words = query.toLocaleLowerCase().split(/\s+/)
  return words.every((word) => title.includes(word)) ? from : null
}

export function Promote({ from }: { readonly from: LinkFrom }) {
  const Icon = from.side === 'in' ? LogIn : LogOut
  const make = () => {
    closeAddNode()
    if (from.side === 'in') exposeInput(from.name, from.port)
    else exposeOutput(from.name, from.port)
    focusCard(from.name)
  }
  return (
    <Command.Item className="add-node__row" value={PROMOTE} onSelect={make}>
      <Icon size={14} aria-hidden />
      <span className="add-node__title">{titleOf(from)}</span>
      <span className="add-node__port">{from.port}</span>
    </Command.Item>
  )
}
