import { ChevronDown, ChevronRight, PackageX, SearchX } from 'lucide-react'
import { useMemo, useRef, useState, type ReactNode } from 'react'
import { create } from 'zustand'
import { viewCentre } from '../canvas/view'
import { familyOf, searchNodes, type Found as FoundNode } from '../graph/search'
import { t } from '../i18n/t'
import type { NodeRecord } from '../protocol'
import { Empty } from '../shell/Empty'
import { useCatalogue } from '../stores/catalogue'
import { usePreferences } from '../stores/preferences'
import { addNode } from './AddNode/adding'
import { Marked } from './AddNode/Marked'
import { LibraryItem } from './Library/LibraryItem'
import { familyTitle } from './Library/names'
import { SearchField } from './Library/SearchField'
import { FAVOURITES, RECENT, sectionsOf, type Section } from './Library/sections'
import { useRoving, type Roving } from './Library/useRoving'
import './Library.css'

/** Sections that are folded; kept while the page is open. */
const useFolded = create<{ readonly folded: ReadonlySet<string> }>(() => ({ folded: new Set() }))

function toggle(id: string): void {
  useFolded.setState(({ folded }) => {
    const next = new Set(folded)
    if (!next.delete(id)) next.add(id)
    return { folded: next }
  })
}

/** All nodes that are installed, by family, to be dragged onto the canvas or added from here. */
export default function Library() {
  const { catalogue, broken, ready } = useCatalogue()
  const { favourites, recent } = usePreferences()
  const folded = useFolded((state) => state.folded)
  const [query, setQuery] = useState('')
  const list = useRef<HTMLDivElement>(null)
  const sections = useMemo(
    () => sectionsOf(catalogue.nodes, favourites, recent),
    [catalogue, favourites, recent],
  )
  const found = useMemo(
    () => (query.trim() ? searchNodes(query, catalogue, { favourites: new Set(favourites), recent }) : null),
    [query, catalogue, favourites, recent],
  )
  const keys = found
    ? found.map(({ node }) => node.id)
    : sections.flatMap(({ id, nodes }) => (folded.has(id) ? [] : nodes.map((node) => `${id}/${node.id}`)))
  const roving = useRoving(keys)
  const starred = new Set(favourites)
  const item = (node: NodeRecord, row: string, title?: ReactNode) => (
    <LibraryItem
      key={row}
      node={node}
      row={row}
      current={row === roving.current}
      favourite={starred.has(node.id)}
      title={title}
      onFocus={() => roving.setCurrent(row)}
      onAdd={() => void addNode(node.id, viewCentre())}
    />
  )
  return (
    <div className="library">
      <div className="library__search">
        <SearchField
          label={t('left.searchNodes')}
          value={query}
          onChange={setQuery}
          onDown={() => list.current?.querySelector<HTMLElement>('[data-row]')?.focus()}
          onEnter={() => found?.[0] && void addNode(found[0].node.id, viewCentre())}
        />
      </div>
      <div ref={list} className="library__list" onKeyDown={roving.onKeyDown} aria-busy={!ready}>
        {found ? (
          <Found count={found.length} query={query}>
            {found.map((one) => item(one.node, one.node.id, <FoundTitle found={one} />))}
          </Found>
        ) : (
          sections.map((section) => (
            <Family key={section.id} section={section} folded={folded.has(section.id)} item={item} roving={roving} />
          ))
        )}
        {ready && <Broken broken={broken} />}
      </div>
      {!found && <p className="library__hint">{t('left.libraryHint')}</p>}
    </div>
  )
}

function FoundTitle({ found }: { readonly found: FoundNode }) {
  return (
    <>
      <span className="library-item__title">
        <Marked text={found.title} ranges={found.ranges.title} />
      </span>
      <span className="library-item__family">{familyTitle(familyOf(found.node.id))}</span>
    </>
  )
}

function Found({ count, query, children }: { readonly count: number; readonly query: string; readonly children: ReactNode }) {
  return (
    <>
      <p className="visually-hidden" role="status">{t('left.found', { n: count })}</p>
      {count > 0 ? (
        <ul aria-label={t('left.foundNodes')}>{children}</ul>
      ) : (
        <Empty icon={SearchX} title={t('left.nothingFound', { query })} />
      )}
    </>
  )
}

interface FamilyProps {
  readonly section: Section
  readonly folded: boolean
  readonly item: (node: NodeRecord, row: string) => ReactNode
  readonly roving: Roving
}

function Family({ section, folded, item }: FamilyProps) {
  const Chevron = folded ? ChevronRight : ChevronDown
  return (
    <section className="library-section">
      <h3 className="library-section__head">
        <button
          type="button"
          className="library-section__toggle"
          aria-expanded={!folded}
          onClick={() => toggle(section.id)}
        >
          <Chevron size={14} aria-hidden />
          {sectionTitle(section.id)}
          <span className="library-section__count" aria-hidden>{section.nodes.length}</span>
          <span className="visually-hidden">, {t('left.nodeCount', { n: section.nodes.length })}</span>
        </button>
      </h3>
      {!folded && <ul aria-label={sectionTitle(section.id)}>{section.nodes.map((node) => item(node, `${section.id}/${node.id}`))}</ul>}
    </section>
  )
}

function sectionTitle(id: string): string {
  if (id === FAVOURITES) return t('left.favourites')
  return id === RECENT ? t('left.recent') : familyTitle(id)
}

function Broken({ broken }: { readonly broken: Readonly<Record<string, string>> }) {
  const packs = Object.entries(broken)
  if (packs.length === 0) return null
  return (
    <section className="library-broken" aria-labelledby="library-broken">
      <h3 id="library-broken" className="library-broken__title">
        <PackageX size={14} aria-hidden />
        {t('left.broken', { n: packs.length })}
      </h3>
      <dl>
        {packs.map(([pack, reason]) => (
          <div key={pack}>
            <dt>{pack}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
