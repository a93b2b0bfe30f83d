/** The graphs that can be opened: files of the workspace and templates, with their documents and last pictures. */

import { create } from 'zustand'
import { ServerError, get } from '../../api/http'
import type { Graph, GraphRecord } from '../../protocol'
import { searchRuns } from '../../stores/runs'
import { keyOf, listed, picturesOf, type Openable } from './openable'

interface Shelf {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly reason: string
  readonly graphs: readonly Openable[]
  /** Title of a graph → digest of the picture that its last run gave. */
  readonly pictures: ReadonlyMap<string, string>
  /** `origin/name` → document; null while it is fetched, or when it can't be. */
  readonly documents: Readonly<Record<string, Graph | null>>
}

export const useShelf = create<Shelf>(() => ({
  state: 'loading',
  reason: '',
  graphs: [],
  pictures: new Map(),
  documents: {},
}))

/** Ask what there is; what was known is shown until the answer comes. */
export async function loadGraphs(): Promise<void> {
  try {
    const [files, templates] = await Promise.all([get<GraphRecord[]>('graphs'), get<GraphRecord[]>('templates')])
    const graphs = [...listed(files, 'graphs'), ...listed(templates, 'templates')]
    useShelf.setState({ state: 'ready', reason: '', graphs })
  } catch (error) {
    const reason = error instanceof ServerError ? error.message : String(error)
    useShelf.setState((now) => ({ state: now.graphs.length > 0 ? 'ready' : 'failed', reason }))
  }
}

/** Look for pictures of the graphs among the last runs. */
export async function loadPictures(): Promise<void> {
  const runs = await searchRuns({ state: 'done', limit: 200 }).catch(() => [])
  useShelf.setState({ pictures: picturesOf(runs) })
}

/** Fetch a graph's document once, to draw it or to learn its ports. */
export async function fetchDocument(one: Openable): Promise<Graph | null> {
  const key = keyOf(one)
  const known = useShelf.getState().documents[key]
  if (known !== undefined) return known
  put(key, null)
  const path = one.name.split('/').map(encodeURIComponent).join('/')
  const found = await get<Graph>(`${one.origin}/${path}`).catch(() => null)
  put(key, found)
  return found
}

function put(key: string, document: Graph | null): void {
  useShelf.setState((now) => ({ documents: { ...now.documents, [key]: document } }))
}
