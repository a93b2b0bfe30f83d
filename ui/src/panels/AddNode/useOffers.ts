import { useEffect, useMemo } from 'react'
import { searchNodes, type Range } from '../../graph/search'
import { useCatalogue } from '../../stores/catalogue'
import { useActive } from '../../stores/graphs'
import { usePreferences } from '../../stores/preferences'
import { nameOf } from '../../graph/level'
import { useLevel } from '../Inspector/here'
import { matching } from '../Templates/matching'
import { fetchDocument, loadGraphs, useShelf } from '../Templates/store'
import { levelFor } from './adding'
import { looseLink } from './fitting'
import { loadLibrary, useLibrary } from './library'
import { allGraphs, graphOffers, libraryOffers, nodeOffers, offerSections, type Offer, type OfferSection } from './offers'
import { fitsOnto } from './onto'
import type { Opening } from './store'

/** An offer that a search found. */
export interface FoundOffer {
  readonly offer: Offer
  /** What of its title matches. */
  readonly ranges: readonly Range[]
}

/** What is offered: in sections, or what a search found, best first. */
export type Offers =
  | { readonly sections: readonly OfferSection[]; readonly found: null }
  | { readonly sections: null; readonly found: readonly FoundOffer[] }

/** Graphs whose documents are read to learn which of their ports a link fits. */
const READ_AT_MOST = 100

/** The nodes and graphs that can be added, and take the link that was dropped. */
export function useOffers(query: string, opening: Opening): Offers {
  const { from, onto } = opening
  const catalogue = useCatalogue((state) => state.catalogue)
  const { favourites, recent } = usePreferences()
  const place = useLevel(levelFor(opening))
  const { graphs: openable, documents } = useShelf()
  const graphs = useMemo(() => openable.filter((one) => one.origin === 'graphs'), [openable])
  const library = useLibrary((state) => state.graphs)
  const own = useActive()?.record.name ?? ''
  useEffect(() => {
    void loadGraphs()
    void loadLibrary()
  }, [])
  useEffect(() => {
    if (from) for (const one of graphs.slice(0, READ_AT_MOST)) void fetchDocument(one)
  }, [from, graphs])
  const link = useMemo(() => (from && place ? looseLink(place.level, { ...from, name: nameOf(from.name) }, place.known) : null), [from, place])
  const nodes = useMemo(() => {
    const all = nodeOffers(catalogue, link)
    return onto && place ? all.filter(({ id }) => fitsOnto(place, nameOf(onto), id)) : all
  }, [catalogue, link, onto, place])
  const files = useMemo(
    () => allGraphs(graphOffers(graphs, documents, own, catalogue, link), libraryOffers(library, catalogue, link)),
    [graphs, documents, own, library, catalogue, link],
  )
  return useMemo((): Offers => {
    if (!query.trim()) {
      return { sections: offerSections(nodes, files, catalogue, favourites, recent), found: null }
    }
    const byId = new Map(nodes.map((offer) => [offer.id, offer]))
    const found = searchNodes(query, catalogue, { favourites: new Set(favourites), recent })
      .flatMap(({ node, ranges }): FoundOffer[] => {
        const offer = byId.get(node.id)
        return offer ? [{ offer, ranges: ranges.title }] : []
      })
    const others = matching(files.map((offer) => ({ offer, title: offer.title, name: offer.id, help: offer.help })), query)
    return { sections: null, found: [...found, ...others.map(({ offer }) => ({ offer, ranges: [] }))] }
  }, [query, nodes, files, catalogue, favourites, recent])
}
