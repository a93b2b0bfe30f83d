/** Files that were sent to the server. It knows them by what they hold; their names are kept here. */

import { address, get, upload } from '../api/http'
import type { UploadRecord } from '../protocol'

const NAMES = 'knotwork.upload-names'
const MOST = 500

/** Endings that are one kind of file. */
const alike: Readonly<Record<string, string>> = { '.jpeg': '.jpg', '.tiff': '.tif', '.csv': '.txt', '.md': '.txt' }

/** Send a file, and keep what it was called. */
export async function send(file: File, onProgress: (part: number) => void): Promise<UploadRecord> {
  const record = await upload<UploadRecord>(file, file.name, onProgress)
  const names = { ...readNames(), [record.id]: file.name }
  try {
    localStorage.setItem(NAMES, JSON.stringify(Object.fromEntries(Object.entries(names).slice(-MOST))))
  } catch {
    // Without storage people see the id
  }
  return record
}

/** The uploads that a port takes. */
export async function listUploads(suffixes: readonly string[]): Promise<UploadRecord[]> {
  const records = await get<UploadRecord[]>('uploads')
  return records.filter((record) => takes(suffixes, record.id))
}

/** Whether a file's name ends as a port asks; without endings it takes all. */
export function takes(suffixes: readonly string[], name: string): boolean {
  const ending = suffixOf(name)
  return suffixes.length === 0 || suffixes.some((one) => kind(one) === kind(ending))
}

/** What a file is called: an upload's own name where this browser sent it, else a short form of its id. */
export function fileName(id: string): string {
  if (!isUpload(id)) return id
  return readNames()[id] ?? `${id.slice(0, 8)}…${suffixOf(id)}`
}

/** Whether a file param names an upload. */
export function isUpload(id: string): boolean {
  return /^[0-9a-f]{32}\.[a-z0-9]{3,11}$/.test(id)
}

/** Address of an upload that a browser can draw as a picture; null of any other file. */
export function pictureOf(id: string): string | null {
  const drawn = ['.png', '.jpg', '.webp', '.gif', '.bmp']
  return isUpload(id) && drawn.includes(suffixOf(id)) ? address(`uploads/${id}`) : null
}

function suffixOf(name: string): string {
  return /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? ''
}

function kind(suffix: string): string {
  return alike[suffix] ?? suffix
}

function readNames(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(NAMES) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}
