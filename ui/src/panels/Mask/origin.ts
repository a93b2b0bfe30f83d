/** A painted mask says in its file over which picture it was painted, so that it can be painted on. */

import { textOf, withText } from '../Files/png'

/** The picture below a mask: a file, or what a port of an instance gives. */
export type Origin = { readonly file: string } | { readonly instance: string; readonly port: string }

const KEYWORD = 'knotwork mask'

/** The PNG file of a mask with the picture that it belongs to noted in it. */
export async function withOrigin(mask: Blob, origin: Origin): Promise<Blob> {
  const bytes = new Uint8Array(await mask.arrayBuffer())
  return new Blob([withText(bytes, JSON.stringify(origin), KEYWORD)], { type: 'image/png' })
}

/** The picture that a PNG file was painted over; null of one that is no painted mask. */
export function originOf(png: Uint8Array): Origin | null {
  try {
    const text = textOf(png, KEYWORD)
    return text === null ? null : checked(JSON.parse(text))
  } catch {
    return null // no PNG, or nothing that was written here
  }
}

function checked(told: unknown): Origin | null {
  if (typeof told !== 'object' || told === null) return null
  const { file, instance, port } = told as Readonly<Record<string, unknown>>
  if (typeof file === 'string') return { file }
  return typeof instance === 'string' && typeof port === 'string' ? { instance, port } : null
}
