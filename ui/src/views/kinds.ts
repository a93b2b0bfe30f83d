/** Which viewer shows a value. */

import type { JsonValue } from '../protocol'

export type ViewKind =
  | 'image'
  | 'mask'
  | 'latent'
  | 'audio'
  | 'video'
  | 'mesh'
  | 'plot'
  | 'text'
  | 'number'
  | 'bool'
  | 'list'
  | 'json'
  | 'other'

/** What is known of a value: as in an artifact's record, or an output's. */
export interface Known {
  /** Name of the value's class, such as `Image`. */
  readonly type?: string
  /** Media type of its file; empty when there is none. */
  readonly media?: string
  readonly value?: JsonValue | undefined
}

const byType: Readonly<Record<string, ViewKind>> = {
  Image: 'image',
  Mask: 'mask',
  Latent: 'latent',
  Audio: 'audio',
  Video: 'video',
  Mesh: 'mesh',
}

const byMedia: readonly (readonly [string, ViewKind])[] = [
  ['image/', 'image'],
  ['audio/', 'audio'],
  ['video/', 'video'],
  ['model/', 'mesh'],
  ['text/', 'text'],
]

/** The viewer for a value: by what its class is, else by its file, else by the value itself. */
export function kindOf({ type = '', media = '', value }: Known): ViewKind {
  const known = byType[type.replace(/\[.*$/, '')]
  if (known) return known
  const filed = byMedia.find(([start]) => media.startsWith(start))
  if (filed) return filed[1]
  return kindOfValue(value)
}

function kindOfValue(value: JsonValue | undefined): ViewKind {
  if (value === undefined || value === null) return 'other'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'bool'
  if (!Array.isArray(value)) return 'json'
  if (value.length >= 3 && value.every((item) => typeof item === 'number')) return 'plot'
  return value.every((item) => typeof item !== 'object' || item === null) ? 'list' : 'json'
}
