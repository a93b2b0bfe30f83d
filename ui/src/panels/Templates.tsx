import { FileWarning, LayoutTemplate } from 'lucide-react'
import { useEffect, useState } from 'react'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { Empty } from '../shell/Empty'
import { SearchField } from './Library/SearchField'
import { TemplateCard } from './Templates/TemplateCard'
import { matching } from './Templates/matching'
import { keyOf, type Openable } from './Templates/openable'
import { loadGraphs, loadPictures, useShelf } from './Templates/store'
import './Templates.css'

/** The graphs that can be opened, with pictures: those of the workspace and the templates. */
export default function Templates() {
  const { state, reason, graphs } = useShelf()
  const [query, setQuery] = useState('')
  useEffect(() => {
    void loadGraphs()
    void loadPictures()
  }, [])
  const found = matching(graphs, query)
  return (
    <div className="templates">
      <div className="templates__search">
        <SearchField label={t('left.searchGraphs')} value={query} onChange={setQuery} />
      </div>
      <div className="templates__list" aria-busy={state === 'loading'}>
        {state === 'loading' && <Loading />}
        {state === 'failed' && <Failed reason={reason} />}
        <Shelf title={t('left.workspace')} graphs={found.filter((one) => one.origin === 'graphs')} />
        <Shelf title={t('left.shipped')} graphs={found.filter((one) => one.origin === 'templates')} />
        {state === 'ready' && found.length === 0 && (
          <Empty icon={LayoutTemplate} title={query ? t('left.nothingFound', { query }) : t('left.noGraphs')} />
        )}
      </div>
    </div>
  )
}

function Shelf({ title, graphs }: { readonly title: string; readonly graphs: readonly Openable[] }) {
  if (graphs.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className="templates__heading">{title}</h3>
      <ul className="templates__grid">
        {graphs.map((one) => (
          <li key={keyOf(one)}>
            <TemplateCard one={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Loading() {
  return (
    <div className="templates__grid" role="status" aria-label={t('left.loading')}>
      {[1, 2, 3].map((one) => (
        <span key={one} className="template-card template-card--loading" />
      ))}
    </div>
  )
}

function Failed({ reason }: { readonly reason: string }) {
  return (
    <div role="alert">
      <Empty icon={FileWarning} title={t('left.graphsFailed')} text={reason}>
        <Button onClick={() => void loadGraphs()}>{t('left.tryAgain')}</Button>
      </Empty>
    </div>
  )
}
