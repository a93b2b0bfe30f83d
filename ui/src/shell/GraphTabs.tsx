import { CircleAlert, LoaderCircle, Plus, X } from 'lucide-react'
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { t, type Key } from '../i18n/t'
import { IconButton } from './Button'
import { Menu, RightClickMenu, type Entries, type MenuEntry } from './Menu'
import './GraphTabs.css'
import { moveFocus } from './roving'

export type TabState = 'saved' | 'saving' | 'modified' | 'problem'

export interface TabItem {
  readonly id: string
  readonly title: string
  readonly state: TabState
  /** Shown when it is pointed at, such as the path of the file or why it can't be saved. */
  readonly hint?: string
}

export interface GraphTabsProps {
  readonly tabs: readonly TabItem[]
  readonly active: string | null
  readonly onActivate: (id: string) => void
  readonly onClose: (id: string) => void
  /** Puts a tab at a place among the others. */
  readonly onMove?: (id: string, index: number) => void
  /** What the button after the last tab offers. */
  readonly newEntries: Entries
  /** What the right button offers on a tab. */
  readonly menuOf?: (id: string) => readonly MenuEntry[]
}

const stateNames: Readonly<Record<TabState, Key>> = {
  saved: 'shell.tabSaved',
  saving: 'shell.tabSaving',
  modified: 'shell.tabModified',
  problem: 'shell.tabProblem',
}

function StateSign({ state }: { readonly state: TabState }) {
  if (state === 'saved') return null
  if (state === 'problem') return <CircleAlert className="graph-tab__sign graph-tab__sign--problem" size={13} />
  if (state === 'saving') return <LoaderCircle className="graph-tab__sign graph-tab__sign--saving" size={13} />
  return <span className="graph-tab__sign graph-tab__dot" />
}

interface TabProps extends Omit<GraphTabsProps, 'tabs' | 'newEntries'> {
  readonly tab: TabItem
  readonly index: number
  readonly count: number
  readonly reachable: boolean
  readonly onReach: (id: string) => void
}

function Tab({ tab, index, count, active, reachable, onActivate, onClose, onMove, menuOf, onReach }: TabProps) {
  const { id, title, state, hint } = tab
  const chosen = id === active
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen) place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === 'Delete') onClose(id)
    else if (by && (event.ctrlKey || event.metaKey) && event.shiftKey) {
      onMove?.(id, Math.min(count - 1, Math.max(0, index + by)))
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onDragOver = (event: DragEvent) => {
    const dragged = onMove && event.dataTransfer.types.includes(tabType)
    if (dragged) event.preventDefault()
  }
  const onDrop = (event: DragEvent) => {
    const dragged = event.dataTransfer.getData(tabType)
    if (dragged) onMove?.(dragged, index)
  }
  const tabBox = (
    <div
      ref={place}
      className={`graph-tab ${chosen ? 'graph-tab--active' : ''}`}
      role="presentation"
      draggable={onMove !== undefined}
      onDragStart={(event) => event.dataTransfer.setData(tabType, id)}
      onDragOver={onDragOver}
      onDrop={onDrop}
      onAuxClick={(event) => event.button === 1 && onClose(id)}
    >
      <button
        type="button"
        className="graph-tab__button"
        role="tab"
        aria-selected={chosen}
        aria-controls="frame-centre"
        aria-keyshortcuts="Delete"
        aria-description={t('shell.tabHint')}
        tabIndex={reachable ? 0 : -1}
        title={[hint ?? title, t(stateNames[state])].join('\n')}
        onClick={() => onActivate(id)}
        onFocus={() => onReach(id)}
        onKeyDown={onKeyDown}
      >
        <span className="graph-tab__title">{title}</span>
        {state !== 'saved' && <span className="visually-hidden">, {t(stateNames[state])}</span>}
        <span aria-hidden="true">
          <StateSign state={state} />
        </span>
      </button>
      {/* For pointers only, since a list of tabs may hold nothing else; Delete does it by key. */}
      <button
        type="button"
        className="graph-tab__close"
        data-testid="tab-close"
        tabIndex={-1}
        aria-hidden="true"
        title={t('shell.closeTab', { title })}
        onClick={() => onClose(id)}
      >
        <X size={13} />
      </button>
    </div>
  )
  return menuOf ? <RightClickMenu entries={() => menuOf(id)}>{tabBox}</RightClickMenu> : tabBox
}

const tabType = 'application/x-knotwork-tab'

/** The open graphs: one tab stop, arrow keys move, Enter shows, Delete closes, Ctrl+Shift+arrow puts elsewhere. */
export function GraphTabs({ tabs, newEntries, ...rest }: GraphTabsProps) {
  const [reached, setReached] = useState<string | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const closedByKey = useRef(false)
  const known = tabs.some((tab) => tab.id === reached)
  const stop = known ? reached : (rest.active ?? tabs[0]?.id)
  // The focus goes from a tab that was closed by key to the one that is shown then.
  useEffect(() => {
    if (closedByKey.current && document.activeElement === document.body) {
      box.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus()
    }
    closedByKey.current = false
  }, [tabs.length])
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Delete') closedByKey.current = true
    else moveFocus(event, '[role=tab]', 'horizontal')
  }
  return (
    <div className="graph-tabs">
      {tabs.length > 0 && (
        <div
          className="graph-tabs__list"
          ref={box}
          role="tablist"
          aria-label={t('shell.openGraphs')}
          onKeyDownCapture={onKeyDown}
          onBlur={() => setReached(null)}
        >
          {tabs.map((tab, index) => (
            <Tab
              key={tab.id}
              {...rest}
              tab={tab}
              index={index}
              count={tabs.length}
              reachable={tab.id === stop}
              onReach={setReached}
            />
          ))}
        </div>
      )}
      <Menu entries={newEntries}>
        <IconButton icon={Plus} label={t('shell.newMenu')} />
      </Menu>
    </div>
  )
}
