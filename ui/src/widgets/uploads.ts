/** Files that were sent to the server. It finds them by what they hold, and tells what they were called. */

import { create } from 'zustand'
import { get, upload } from '../api/http'
import { isUpload, suffixOf, takes } from '../graph/fileNames'
import type { UploadRecord } from '../protocol'

interface Sent {
  /** Id → what is known of it. */
  readonly known: ReadonlyMap<string, UploadRecord>
  /** Ids that the server has been asked for, and does not have. */
  readonly gone: ReadonlySet<string>
}

/** The uploads that this page has heard of, so that a card can show a name where the graph has an id. */
export const useUploads = create<Sent>(() => ({ known: new Map(), gone: new Set() }))

/** Send a file under its name. */
export async function send(file: File, onProgress: (part: number) => void = () => undefined): Promise<UploadRecord> {
  const record = await upload<UploadRecord>(file, file.name, onProgress)
  useUploads.setState(({ known, gone }) => ({
    known: new Map(known).set(record.id, record),
    gone: new Set([...gone].filter((id) => id !== record.id)),
  }))
  return record
}

/** The uploads that a port takes, the last that were sent first. */
export async function listUploads(suffixes: readonly string[]): Promise<UploadRecord[]> {
  const records = await get<UploadRecord[]>('uploads')
  useUploads.setState({ known: new Map(records.map((record) => [record.id, record])) })
  return records.filter((record) => takes(suffixes, record.id)).sort((one, other) => other.created - one.created)
}

let asking = false

/** Learn what an upload is called; many that ask at once make one question. */
export function learnName(id: string): void {
  const { known, gone } = useUploads.getState()
  if (asking || !isUpload(id) || known.has(id) || gone.has(id)) return
  asking = true
  listUploads([]).then(
    () => {
      asking = false
      const now = useUploads.getState()
      if (!now.known.has(id)) useUploads.setState({ gone: new Set(now.gone).add(id) })
    },
    // Without the server people see the id, and the next that is drawn asks again
    () => {
      asking = false
    },
  )
}

/** What a file is called: an upload by its sender's name where that is known, else by a short form of its id. */
export function fileName(id: string, known: ReadonlyMap<string, UploadRecord>): string {
  if (!isUpload(id)) return id
  return known.get(id)?.name || `${id.slice(0, 8)}…${suffixOf(id)}`
}
