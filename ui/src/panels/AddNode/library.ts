/** The graphs of the library folders, which any graph can use as nodes, with their ports as the server tells them. */

import { create } from 'zustand'
import { get } from '../../api/http'
import type { LibraryRecord } from '../../protocol'

export const useLibrary = create<{ readonly graphs: readonly LibraryRecord[] }>(() => ({ graphs: [] }))

/** Ask what there is; what was known stays when no answer comes. */
export async function loadLibrary(): Promise<void> {
  const graphs = await get<LibraryRecord[]>('library').catch(() => null)
  if (graphs) useLibrary.setState({ graphs })
}
