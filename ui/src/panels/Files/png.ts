/** Pictures that carry their graph: a text chunk in a PNG file, as runs write it and the server reads it. */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Keyword of the chunk that holds a graph. */
export const KEYWORD = 'knotwork'
const TEXTS = new Set(['tEXt', 'zTXt', 'iTXt'])
/** Length, kind and check sum. */
const AROUND = 12

interface Chunk {
  kind: string
  data: Uint8Array
}

/** The bytes of a PNG with a text under a keyword, in place of one that was there. */
export function withText(png: Uint8Array, text: string, keyword = KEYWORD): Uint8Array<ArrayBuffer> {
  const [header, ...others] = chunksOf(withoutText(png, keyword))
  if (header?.kind !== 'IHDR') throw new Error('expected a PNG file that begins with its header')
  // In front of the picture: readers that stop there find it
  return fileOf([header, { kind: 'iTXt', data: textData(text, keyword) }, ...others])
}

/** The bytes of a PNG without the text under a keyword. */
export function withoutText(png: Uint8Array, keyword = KEYWORD): Uint8Array<ArrayBuffer> {
  return fileOf(chunksOf(png).filter((chunk) => !TEXTS.has(chunk.kind) || keywordOf(chunk) !== keyword))
}

const fileOf = (chunks: readonly Chunk[]) => joined([new Uint8Array(SIGNATURE), ...chunks.map(encoded)])

/** The text under a keyword; null when a PNG has none that can be read without unpacking. */
export function textOf(png: Uint8Array, keyword = KEYWORD): string | null {
  const found = chunksOf(png).find((chunk) => chunk.kind === 'iTXt' && keywordOf(chunk) === keyword)
  if (!found) return null
  // Keyword, 0, two bytes of compression, language, 0, keyword in that language, 0
  const language = found.data.indexOf(0, keyword.length + 3)
  const begin = found.data.indexOf(0, language + 1) + 1
  return new TextDecoder().decode(found.data.subarray(begin))
}

function textData(text: string, keyword: string): Uint8Array {
  return joined([new TextEncoder().encode(keyword), new Uint8Array(5), new TextEncoder().encode(text)])
}

function keywordOf({ data }: Chunk): string {
  return new TextDecoder('latin1').decode(data.subarray(0, Math.max(0, data.indexOf(0))))
}

function chunksOf(png: Uint8Array): Chunk[] {
  if (SIGNATURE.some((byte, place) => png[place] !== byte)) throw new Error('expected a PNG file')
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const chunks: Chunk[] = []
  for (let at = SIGNATURE.length; at + AROUND <= png.length;) {
    const length = view.getUint32(at)
    if (at + AROUND + length > png.length) throw new Error('expected a whole PNG file')
    const kind = new TextDecoder('latin1').decode(png.subarray(at + 4, at + 8))
    chunks.push({ kind, data: png.subarray(at + 8, at + 8 + length) })
    at += AROUND + length
  }
  return chunks
}

function encoded({ kind, data }: Chunk): Uint8Array {
  const bytes = new Uint8Array(AROUND + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let place = 0; place < 4; place++) bytes[4 + place] = kind.charCodeAt(place)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)))
  return bytes
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** The check sum of PNG and ZIP files, CRC-32. */
export function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
