/** Files to choose from, beside uploads: those of the workspace and the folders beside it, and the last chosen. */

import { get } from '../api/http'
import type { FilesRecord } from '../protocol'
import { isUpload, takes } from '../graph/fileNames'

const RECENT = 'knotwork.recent-files'
const KEPT = 40

export interface FilesQuery {
  readonly suffixes: readonly string[]
  readonly text: string
  readonly folder: string
}

/** What lies in a folder, or what was found below it. */
export function listFiles({ suffixes, text, folder }: FilesQuery): Promise<FilesRecord> {
  return get<FilesRecord>('files', { root: 'files', suffix: suffixes, text: text.trim(), folder })
}

/** The folders above and including one, from the outermost: `a/b` → `a`, `a/b`. */
export function crumbsOf(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '')
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** The last part of a name, by which it is told from its neighbours in a folder. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** Whether a name holds every word of a search. */
export function matches(name: string, text: string): boolean {
  const low = name.toLowerCase()
  return text.toLowerCase().split(/\s+/).every((word) => low.includes(word))
}

/** Put what was chosen in front of what was chosen before. */
export function withRecent(recent: readonly string[], name: string): string[] {
  return [name, ...recent.filter((one) => one !== name)].slice(0, KEPT)
}

/** Remember in this browser that a file was chosen. */
export function noteRecent(name: string): void {
  try {
    localStorage.setItem(RECENT, JSON.stringify(withRecent(readRecent(), name)))
  } catch {
    // Without storage nothing is remembered
  }
}

/** The files that were chosen last and that a port takes; uploads only while the server has them. */
export function recentFiles(suffixes: readonly string[], uploads: ReadonlySet<string>, most = 6): string[] {
  return readRecent()
    .filter((name) => takes(suffixes, name) && (!isUpload(name) || uploads.has(name)))
    .slice(0, most)
}

function readRecent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]')
    return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}
