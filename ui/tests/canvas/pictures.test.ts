import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Result } from '../../src/stores/results'

let pictures: typeof import('../../src/canvas/pictures')
let stores: typeof import('../../src/stores/results') & typeof import('../../src/stores/examples')
const asked = vi.fn<(url: string) => Promise<Response>>(() => new Promise(() => undefined))

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  const frame = { requestAnimationFrame: () => 1, cancelAnimationFrame: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none, ...frame, fetch: asked })
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/' })
  pictures = await import('../../src/canvas/pictures')
  stores = { ...(await import('../../src/stores/results')), ...(await import('../../src/stores/examples')) }
})

beforeEach(() => {
  for (const store of [stores.results, stores.outdated, stores.examples]) store.deleteAll('')
})

const ports = (digest: string): Record<string, Result> => ({ out: { type: 'Image', digest, kind: 'image', key: '' } })
const own = () => stores.results.set('s:draw', ports('own'))
const before = () => stores.outdated.set('s:draw', ports('before'))
const example = (former: boolean) => stores.examples.set('s:draw', { ports: { out: 'shown.out' }, former })

it.each([
  ['what is stored, before an example', () => [own(), example(false)], 'digest=own', ''],
  ['an example, before what was stored before an edit', () => [before(), example(false)], 'examples/shown.out', 'example'],
  ['what was stored, before an example that an edit made former', () => [before(), example(true)], 'digest=before', 'former'],
  ['a former example where nothing was stored', () => [example(true)], 'examples/shown.out', 'former'],
])('shows from far %s', (_, arrange, address, instead) => {
  arrange()
  asked.mockClear()
  pictures.beginPaint()
  expect(pictures.bitmapOf('s', 'draw', 64, () => undefined)).toBeUndefined()
  expect(asked.mock.calls.map(([url]) => url)).toEqual([expect.stringContaining(address)])
  expect(pictures.insteadOf('s', 'draw')).toBe(instead)
})
