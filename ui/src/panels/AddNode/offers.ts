/** What the add dialog offers: nodes, and graphs that can be used as nodes. */

import type { Catalogue } from '../../graph/ports'
import type { Graph, Instance, LibraryRecord, NodeRecord } from '../../protocol'
import type { HelpSubject } from '../Library/NodeHelp'
import { familyOf, titleOf } from '../../graph/search'
import { FAVOURITES, RECENT, sectionsOf } from '../Library/sections'
import { keyOf, type Openable } from '../Templates/openable'
import { faceOf } from './face'
import { fittingPort, type Loose } from './fitting'

export interface Offer {
  /** Tells it from all others. */
  readonly key: string
  readonly kind: 'node' | 'graph'
  /** The node's id, or the file that the graph is referred to by. */
  readonly id: string
  readonly title: string
  readonly help: string
  readonly subject: HelpSubject
  readonly instance: Instance
  /** The port that the dropped link goes to; empty without one. */
  readonly port: string
}

export interface OfferSection {
  /** `.favourites`, `.recent`, `.graphs`, or a family. */
  readonly id: string
  readonly offers: readonly Offer[]
}

export const GRAPHS = '.graphs'

/** The nodes that take a link, or all without one. */
export function nodeOffers(catalogue: Catalogue, link: Loose | null): Offer[] {
  return [...catalogue.nodes.values()].flatMap((node) => {
    const port = link ? fittingPort(node, link, catalogue) : ''
    return port === null ? [] : [nodeOffer(node, port)]
  })
}

function nodeOffer(node: NodeRecord, port: string): Offer {
  const instance = { type: node.id, version: node.version }
  const title = titleOf(node.id)
  return { key: node.id, kind: 'node', id: node.id, title, help: node.help, subject: node, instance, port }
}

/**
 * The files that can be used as nodes: those with outputs, in the folder of the graph or below it. With a link,
 * those whose ports are known and take it.
 *
 * @param own Name of the file that is edited; empty while it has none.
 */
export function graphOffers(
  graphs: readonly Openable[],
  documents: Readonly<Record<string, Graph | null>>,
  own: string,
  catalogue: Catalogue,
  link: Loose | null,
): Offer[] {
  return graphs.flatMap((one) => {
    const ref = refOf(one, own)
    if (ref === null) return []
    const document = documents[keyOf(one)]
    const subject = document ? faceOf(document, catalogue) : { help: one.help, inputs: {}, outputs: {} }
    if (document && Object.keys(document.outputs ?? {}).length === 0) return []
    const port = !link ? '' : document ? fittingPort(subject, link, catalogue) : null
    if (port === null) return []
    const instance = { ref }
    return [{ key: keyOf(one), kind: 'graph', id: ref, title: one.title, help: one.help, subject, instance, port }]
  })
}

/** The graphs of the library that give anything; with a link, those that take it. */
export function libraryOffers(library: readonly LibraryRecord[], catalogue: Catalogue, link: Loose | null): Offer[] {
  return library.flatMap(({ name, title, help, interface: subject }) => {
    if (Object.keys(subject.outputs).length === 0) return []
    const port = link ? fittingPort(subject, link, catalogue) : ''
    if (port === null) return []
    return [{ key: `library/${name}`, kind: 'graph', id: name, title, help, subject, instance: { ref: name }, port }]
  })
}

/** All graphs that can be used as nodes: one beside a graph goes before one of the library that is called the same. */
export function allGraphs(files: readonly Offer[], library: readonly Offer[]): Offer[] {
  const named = new Set(files.map(({ id }) => id))
  return [...files, ...library.filter(({ id }) => !named.has(id))]
}

/** How a graph refers to a file; null when it can't: itself, or what lies outside of its folder. */
export function refOf(one: Pick<Openable, 'name'>, own: string): string | null {
  if (one.name === own) return null
  const folder = own.slice(0, own.lastIndexOf('/') + 1)
  return one.name.startsWith(folder) ? one.name.slice(folder.length) : null
}

/** Favourites and what was added last, then the families, then the graphs. */
export function offerSections(
  nodes: readonly Offer[],
  graphs: readonly Offer[],
  catalogue: Catalogue,
  favourites: readonly string[],
  recent: readonly string[],
): OfferSection[] {
  const byId = new Map(nodes.map((offer) => [offer.id, offer]))
  const offered = new Map([...catalogue.nodes].filter(([id]) => byId.has(id)))
  const sections = sectionsOf(offered, favourites, recent).map(
    ({ id, nodes: members }): OfferSection => ({ id, offers: members.flatMap((node) => byId.get(node.id) ?? []) }),
  )
  return graphs.length > 0 ? [...sections, { id: GRAPHS, offers: graphs }] : sections
}

/** Where an offer belongs, shown beside it among the results of a search. */
export function placeOf(offer: Offer): string {
  return offer.kind === 'graph' ? GRAPHS : familyOf(offer.id)
}

/** The name that an instance is made from: the end of the node's id, or the file's name. */
export function baseOf(offer: Pick<Offer, 'kind' | 'id'>): string {
  if (offer.kind === 'node') return offer.id
  const file = offer.id.slice(offer.id.lastIndexOf('/') + 1)
  return file.replace(/\.json$/i, '').replaceAll('.', '_')
}

export { FAVOURITES, RECENT }
