import { Box, Check, Scale, SearchX, TriangleAlert } from 'lucide-react'
import { memo, useEffect, useId, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from 'react'
import { address } from '../api/http'
import { entry } from '../graph/level'
import { t } from '../i18n/t'
import { SearchField } from '../panels/Library/SearchField'
import { useView } from '../panels/Outline/scrolling'
import { drawn, scrolledTo, windowOf } from '../panels/Outline/windowing'
import type { ModelRecord } from '../protocol'
import { Empty } from '../shell/Empty'
import { useCatalogue } from '../stores/catalogue'
import { ALL, asked, briefly, counted, familyTitle, hasFault, kindTitle, modelPath, shortName, type ModelQuery } from './models'
import './model-list.css'

const ROW = 56

interface ModelListProps {
  readonly label: string
  readonly models: readonly ModelRecord[]
  /** The one that is chosen now, if there is one. */
  readonly chosen?: string | undefined
  /** By Enter; and by a click, or by a double click where a click only shows what stands below. */
  readonly onChoose: (model: ModelRecord) => void
  /** Whether a click chooses. */
  readonly atOnce?: boolean
  /** Whether the keyboard goes to the search when it is shown. */
  readonly first?: boolean
  readonly onDrag?: (event: DragEvent, model: ModelRecord) => void
  /** What stands below the list, about the model that the cursor is on. */
  readonly foot: (model: ModelRecord) => ReactNode
}

/** Models to search in, of one kind or family or of all; of thousands only those in view are drawn. */
export function ModelList(props: ModelListProps) {
  const { models, chosen = '', first, onChoose, foot } = props
  const [query, setQuery] = useState(ALL)
  const [wanted, setWanted] = useState(chosen)
  const found = useMemo(() => asked(models, query), [models, query])
  const place = Math.max(0, found.findIndex((model) => model.name === wanted))
  const current = found[place]
  const list = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLDivElement>(null)
  const id = useId()
  useEffect(() => {
    if (first) search.current?.querySelector('input')?.focus()
  }, [first])
  const go = (to: number) => {
    const next = found[Math.max(0, Math.min(found.length - 1, to))]
    if (!next) return
    setWanted(next.name)
    scrollTo(list.current, found.indexOf(next))
  }
  const ask = (change: Partial<ModelQuery>) => {
    setQuery({ ...query, ...change })
    setWanted('')
    list.current?.scrollTo({ top: 0 })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event, place, found.length, Math.floor((list.current?.clientHeight ?? ROW) / ROW))
    if (to === null) return
    event.preventDefault()
    go(to)
  }
  return (
    <div className="model-list">
      <div ref={search} className="model-list__ask" onKeyDown={onKeyDown}>
        <SearchField
          label={t('widgets.searchModels')}
          value={query.text}
          onChange={(text) => ask({ text })}
          onEnter={() => current && onChoose(current)}
          list={{ id, active: current ? `${id}-${place}` : undefined }}
        />
      </div>
      <Filters models={models} query={query} onChange={ask} />
      <p className="visually-hidden" role="status">{t('widgets.modelsFound', { n: found.length })}</p>
      {found.length > 0 ? (
        <Rows
          {...props}
          box={list}
          id={id}
          found={found}
          place={place}
          onReach={setWanted}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && current) onChoose(current)
            else onKeyDown(event)
          }}
        />
      ) : (
        <Empty icon={SearchX} title={t('widgets.nothingFound')} />
      )}
      {current && (
        <section className="model-list__foot" aria-label={t('widgets.modelDetails', { name: shortName(current.name) })} key={current.name}>
          {foot(current)}
        </section>
      )}
    </div>
  )
}

function scrollTo(box: HTMLElement | null, place: number): void {
  if (box) box.scrollTop = scrolledTo(place, ROW, box.scrollTop, box.clientHeight)
}

/** Show a row below its neighbour; false while the list is not shorter than its rows. */
function beginAt(box: HTMLElement | null, place: number): boolean {
  if (!box || box.scrollHeight <= box.clientHeight) return false
  box.scrollTop = (place - 1) * ROW
  return true
}

/** Where a key leads to from a place; null for keys that lead nowhere. */
export function target({ key, ctrlKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey'>, place: number, count: number, page: number): number | null {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[key]
  if (step !== undefined) return Math.max(0, Math.min(count - 1, place + step))
  if (!ctrlKey) return null
  return key === 'Home' ? 0 : key === 'End' ? count - 1 : null
}

interface FiltersProps {
  readonly models: readonly ModelRecord[]
  readonly query: ModelQuery
  readonly onChange: (change: Partial<ModelQuery>) => void
}

function Filters({ models, query, onChange }: FiltersProps) {
  const kinds = useMemo(() => counted(models, 'kind'), [models])
  const families = useMemo(() => counted(models, 'family'), [models])
  return (
    <div className="model-list__filters">
      <Filter
        label={t('widgets.kind')}
        all={t('widgets.allKinds')}
        counts={kinds}
        title={kindTitle}
        value={query.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <Filter
        label={t('widgets.family')}
        all={t('widgets.allFamilies')}
        counts={families}
        title={familyTitle}
        value={query.family}
        onChange={(family) => onChange({ family })}
      />
    </div>
  )
}

interface FilterProps {
  readonly label: string
  readonly all: string
  readonly counts: readonly [value: string, count: number][]
  readonly title: (value: string) => string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Filter({ label, all, counts, title, value, onChange }: FilterProps) {
  if (counts.length < 2 && value === '') return null
  return (
    <select className="model-list__filter" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{all}</option>
      {counts.map(([one, count]) => (
        <option key={one} value={one}>{t('widgets.filterCount', { title: title(one), n: count })}</option>
      ))}
    </select>
  )
}

interface RowsProps extends ModelListProps {
  readonly box: React.RefObject<HTMLDivElement | null>
  readonly id: string
  readonly found: readonly ModelRecord[]
  readonly place: number
  readonly onReach: (name: string) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function Rows({ box, id, label, found, place, chosen, atOnce = false, onReach, onChoose, onDrag, onKeyDown }: RowsProps) {
  const view = useView(box)
  const begin = useRef<number | null>(place)
  useEffect(() => {
    // A menu gets its height after it is drawn: until then there is nothing to scroll
    if (begin.current !== null && beginAt(box.current, begin.current)) begin.current = null
  }, [box, view.height])
  const at = (event: { target: EventTarget }) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-place]') : null
    return row ? found[Number(row.dataset['place'])] : undefined
  }
  const reach = (event: { target: EventTarget }) => {
    const model = at(event)
    if (model && model !== found[place]) onReach(model.name)
  }
  return (
    <div ref={box} className="model-list__box" tabIndex={-1}>
      <div
        id={id}
        role="listbox"
        aria-label={label}
        aria-activedescendant={atOnce ? undefined : `${id}-${place}`}
        tabIndex={atOnce ? undefined : 0}
        onKeyDown={atOnce ? undefined : onKeyDown}
        className="model-list__rows"
        style={{ height: found.length * ROW }}
        onMouseDown={(event) => atOnce && event.preventDefault()} // the search keeps the keyboard
        onPointerMove={atOnce ? reach : undefined}
        onClick={(event) => {
          reach(event)
          const model = at(event)
          if (atOnce && model) onChoose(model)
        }}
        onDoubleClick={(event) => {
          const model = at(event)
          if (!atOnce && model) onChoose(model)
        }}
        onDragStart={(event) => {
          const model = at(event)
          if (model) onDrag?.(event, model)
        }}
      >
        {drawn(windowOf(found.length, ROW, view.top, view.height), place).map((one) => {
          const model = found[one]
          if (!model) return null
          return (
            <Row
              key={model.name}
              id={`${id}-${one}`}
              model={model}
              place={one}
              count={found.length}
              current={one === place}
              chosen={model.name === chosen}
              draggable={onDrag !== undefined}
            />
          )
        })}
      </div>
    </div>
  )
}

interface RowProps {
  readonly id: string
  readonly model: ModelRecord
  readonly place: number
  readonly count: number
  readonly current: boolean
  readonly chosen: boolean
  readonly draggable: boolean
}

const Row = memo(function Row({ id, model, place, count, current, chosen, draggable }: RowProps) {
  const restricted = useCatalogue(({ licences }) => entry(licences, model.family)?.restricted)
  return (
    <div
      id={id}
      role="option"
      className="model-row"
      aria-selected={current}
      aria-posinset={place + 1}
      aria-setsize={count}
      data-place={place}
      draggable={draggable}
      title={model.name}
      style={{ top: place * ROW, height: ROW }}
    >
      <Thumb model={model} />
      <span className="model-row__text">
        <span className="model-row__name">{shortName(model.name)}</span>
        <span className="model-row__facts">{briefly(model)}</span>
      </span>
      {restricted && <Scale className="model-row__licence" size={14} aria-label={t('widgets.restricted')} />}
      {hasFault(model) && <TriangleAlert className="model-row__fault" size={14} aria-label={t('widgets.modelFault')} />}
      {chosen && <Check className="model-row__chosen" size={14} aria-label={t('widgets.modelChosen')} />}
    </div>
  )
})

function Thumb({ model: { name, picture } }: { readonly model: ModelRecord }) {
  if (picture === '') return <span className="model-row__thumb"><Box size={18} aria-hidden /></span>
  const source = address(`${modelPath(name)}/thumbnail`, { size: 96, of: picture })
  return <img className="model-row__thumb" src={source} alt="" loading="lazy" decoding="async" draggable={false} />
}
