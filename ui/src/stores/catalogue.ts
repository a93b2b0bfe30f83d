/** The nodes that are installed. */

import { create } from 'zustand'
import { get } from '../api/http'
import { catalogueOf, type Catalogue } from '../graph/ports'
import type { Licences } from '../graph/licences'
import type { CatalogueRecord } from '../protocol'

interface Loaded {
  catalogue: Catalogue
  licences: Licences
  broken: Record<string, string>
  ready: boolean
}

export const useCatalogue = create<Loaded>(() => ({
  catalogue: { nodes: new Map(), fits: new Map() },
  licences: {},
  broken: {},
  ready: false,
}))

export async function loadCatalogue(): Promise<void> {
  const record = await get<CatalogueRecord>('nodes')
  useCatalogue.setState({ catalogue: catalogueOf(record), licences: record.licences, broken: record.broken, ready: true })
}
