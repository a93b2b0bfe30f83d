import { CircleHelp, Plus, Star } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t'
import type { NodeRecord } from '../../protocol'
import { IconButton } from '../../shell/Button'
import { toggleFavourite } from '../../stores/preferences'
import { NodeHelp } from './NodeHelp'
import { PortDot } from './PortType'
import { NODE_MIME } from '../../canvas/dropping'
import { titleOf } from '../../graph/search'

interface LibraryItemProps {
  readonly node: NodeRecord
  /** Its key among the rows. */
  readonly row: string
  readonly current: boolean
  readonly favourite: boolean
  /** Its title with what was searched for marked. */
  readonly title?: ReactNode
  readonly onFocus: () => void
  readonly onAdd: () => void
}

/** A node in the library: dragged onto the canvas, or added by double click, Enter or its button. */
export function LibraryItem({ node, row, current, favourite, title, onFocus, onAdd }: LibraryItemProps) {
  const first = Object.values(node.outputs)[0] ?? Object.values(node.inputs)[0]
  const tabIndex = current ? 0 : -1
  const name = titleOf(node.id)
  return (
    <li className="library-item" onFocus={onFocus}>
      <button
        type="button"
        className="library-item__node"
        data-row={row}
        tabIndex={tabIndex}
        draggable
        title={`${node.id}\n${node.help}`}
        onDragStart={(event) => {
          event.dataTransfer.setData(NODE_MIME, node.id)
          event.dataTransfer.setData('text/plain', node.id)
          event.dataTransfer.effectAllowed = 'copy'
        }}
        onDoubleClick={onAdd}
        onClick={(event) => {
          if (event.detail === 0) onAdd() // by Enter, Space or a screen reader, which can't drag
        }}
      >
        {first ? <PortDot port={first} /> : <span className="library-item__none" />}
        {title ?? <span className="library-item__title">{name}</span>}
      </button>
      <span className="library-item__tools">
        <IconButton icon={Plus} size="small" tabIndex={tabIndex} label={t('left.addNamed', { name })} onClick={onAdd} />
        <HelpButton node={node} name={name} tabIndex={tabIndex} />
        <IconButton
          icon={Star}
          size="small"
          className={favourite ? 'library-item__star library-item__star--on' : 'library-item__star'}
          tabIndex={tabIndex}
          pressed={favourite}
          label={t('left.favourite', { name })}
          onClick={() => toggleFavourite(node.id)}
        />
      </span>
    </li>
  )
}

function HelpButton({ node, name, tabIndex }: { readonly node: NodeRecord; readonly name: string; readonly tabIndex: number }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="icon-button icon-button--small"
          tabIndex={tabIndex}
          aria-label={t('left.helpFor', { name })}
        >
          <CircleHelp size={14} aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="library-help" side="right" align="start" sideOffset={40} collisionPadding={8} aria-label={name}>
          <h3 className="library-help__title">{name}</h3>
          <code className="library-help__id">{node.id}</code>
          <NodeHelp subject={node} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
