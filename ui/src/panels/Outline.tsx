import { ListTree, SearchX } from 'lucide-react'
import { useCallback, useMemo, useRef, useState, type MouseEvent } from 'react'
import { children } from '../graph/level'
import { flatten, outlineOf, type OutlineItem } from '../graph/outline'
import { t } from '../i18n/t'
import { Empty } from '../shell/Empty'
import { openMenuAt } from '../shell/menuAt'
import { useActive, useGraphs } from '../stores/graphs'
import { useSelection } from '../stores/selection'
import { SearchField } from './Library/SearchField'
import { OutlineRow } from './Outline/OutlineRow'
import { rowMenu } from './Outline/actions'
import type { TreeRow } from './Outline/keys'
import { goTo } from './Outline/reveal'
import { pathOf, useOutlined } from './Outline/store'
import { useKeptFocus } from './Outline/useKeptFocus'
import { useTreeKeys } from './Outline/useTreeKeys'
import { useFollowed, useView } from './Outline/scrolling'
import { drawn, scrolledTo, windowOf } from './Outline/windowing'
import './Outline.css'

const ROW = 30

/** The whole graph as a tree: what is far away on the canvas, or inside of subgraphs, is here, too. */
export default function Outline() {
  const graph = useActive()?.graph
  const closed = useOutlined((state) => state.closed)
  const [query, setQuery] = useState('')
  const items = useMemo(() => (graph ? outlineOf(graph) : []), [graph])
  const rows = useMemo(
    () => (query.trim() ? found(items, query) : flatten(items, (path) => !closed.has(path))),
    [items, closed, query],
  )
  if (items.length === 0) return <Empty icon={ListTree} title={t('left.outlineEmpty')} text={t('left.outlineEmptyText')} />
  return (
    <div className="outline">
      <div className="outline__search">
        <SearchField label={t('left.searchOutline')} value={query} onChange={setQuery} onEnter={() => rows[0] && goTo(rows[0].path)} />
      </div>
      {rows.length > 0 ? <Tree rows={rows} /> : <Empty icon={SearchX} title={t('left.nothingFound', { query })} />}
    </div>
  )
}

/** The items whose title or node has every word of a query, those inside of others as well. */
function found(items: readonly OutlineItem[], query: string): OutlineItem[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return flatten(items).filter(({ title, name, type }) => {
    const text = `${title} ${name} ${type}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function Tree({ rows }: { readonly rows: readonly OutlineItem[] }) {
  const session = useGraphs((state) => state.active)
  const at = useActive()?.at ?? ''
  const closed = useOutlined((state) => state.closed)
  const names = useSelection((state) => state.names)
  const box = useRef<HTMLDivElement>(null)
  const view = useView(box)
  const [wanted, setWanted] = useState('')
  const selected = useMemo(() => new Set(names.map((name) => children(at, name))), [names, at])
  const keyed = useMemo(() => rows.map((row) => rowOf(row, closed)), [rows, closed])
  const place = placeOf(rows, wanted, selected)
  const current = rows[place]?.path ?? ''

  const go = useCallback(
    (path: string) => {
      setWanted(path)
      const next = rows.findIndex((row) => row.path === path)
      if (box.current) box.current.scrollTop = scrolledTo(next, ROW, box.current.scrollTop, box.current.clientHeight)
      focusSoon(box.current, path)
    },
    [rows],
  )
  const onKeyDown = useTreeKeys(keyed, current, go)
  useFollowed(box, rows, selected, ROW)
  const kept = useKeptFocus(rows, go)
  const menu = (event: MouseEvent, path: string) => {
    event.preventDefault()
    setWanted(path)
    const { left, bottom } = event.currentTarget.getBoundingClientRect()
    const keyboard = event.clientX === 0 && event.clientY === 0
    openMenuAt(keyboard ? left + 40 : event.clientX, keyboard ? bottom : event.clientY, () => rowMenu(path))
  }
  const places = drawn(windowOf(rows.length, ROW, view.top, view.height), place)
  return (
    <div ref={box} className="outline__tree" role="tree" aria-label={t('left.outline')} aria-multiselectable onKeyDown={onKeyDown}>
      <div
        role="none"
        className="outline__rows"
        style={{ height: rows.length * ROW }}
        onClick={(event) => {
          const path = pathOf(event.target)
          if (path === '') return
          setWanted(path)
          goTo(path)
        }}
        onContextMenu={(event) => {
          const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-path]') : null
          if (row) menu({ ...event, currentTarget: row, preventDefault: () => event.preventDefault() }, row.dataset['path'] ?? '')
        }}
        onFocus={(event) => {
          setWanted(pathOf(event.target) || wanted)
          kept.onFocus(event)
        }}
        onBlur={kept.onBlur}
      >
        {places.map((one) => {
          const item = rows[one]
          if (!item) return null
          return (
            <OutlineRow
              key={item.path}
              item={item}
              session={session}
              open={!closed.has(item.path)}
              current={one === place}
              selected={selected.has(item.path)}
              top={one * ROW}
              height={ROW}
            />
          )
        })}
      </div>
    </div>
  )
}

function rowOf(item: OutlineItem, closed: ReadonlySet<string>): TreeRow {
  const { path, title, depth } = item
  return { path, title, depth, inside: item.items.length > 0, open: !closed.has(path) }
}

/** The row that Tab comes to: the last one that had the focus, else the first that is selected. */
function placeOf(rows: readonly OutlineItem[], wanted: string, selected: ReadonlySet<string>): number {
  const known = rows.findIndex((row) => row.path === wanted)
  if (known >= 0) return known
  return Math.max(0, rows.findIndex((row) => selected.has(row.path)))
}

/** Rows that were outside of the window are drawn first. */
function focusSoon(box: HTMLElement | null, path: string): void {
  const focus = () => box?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus({ preventScroll: true })
  focus()
  requestAnimationFrame(focus)
}
