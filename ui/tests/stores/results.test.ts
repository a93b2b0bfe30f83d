import { beforeAll, expect, it, vi } from 'vitest'
import type { Graph } from '../../src/protocol'
import type { Result } from '../../src/stores/results'

let stores: typeof import('../../src/stores/results')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  const frame = { requestAnimationFrame: () => 1, cancelAnimationFrame: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none, ...frame })
  stores = await import('../../src/stores/results')
})

const graph: Graph = {
  knotwork: 1,
  nodes: { blur: {}, sub: { graph: { knotwork: 1, nodes: { inner: {} } } }, file: { ref: 'other.json' } },
}

const result = (digest: string): Record<string, Result> => ({ out: { type: 'Image', digest, kind: 'image', key: '' } })

const digests = (instance: string) => {
  const key = `s:${instance}`
  return [stores.results.get(key)?.out?.digest, stores.outdated.get(key)?.out?.digest]
}

it.each(['blur', 'sub/inner', 'file/inside', 'file/in/side'])('keeps what %s gave until it gives something else', (name) => {
  stores.takeResults('s', { [name]: result('1') }, { graph })
  expect(digests(name)).toEqual(['1', undefined])
  stores.takeResults('s', {}, { graph })
  expect(digests(name)).toEqual([undefined, '1'])
  stores.takeResults('s', { [name]: result('2') }, { graph })
  expect(digests(name)).toEqual(['2', undefined])
})

it.each(['blur', 'sub/inner', 'file/inside'])('forgets what %s gave when it is removed', (name) => {
  stores.takeResults('s', { [name]: result('1') }, { graph })
  stores.takeResults('s', {}, { graph: { knotwork: 1, nodes: { sub: { graph: { knotwork: 1 } } } } })
  expect(digests(name)).toEqual([undefined, undefined])
})

it('asks at once when a run has ended, also while a later question waits', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const asked = vi.fn(() => Promise.resolve(new Response('{}')))
  vi.stubGlobal('fetch', asked)
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/' })
  const { useGraphs } = await import('../../src/stores/graphs')
  useGraphs.setState({ open: { s: { graph } as never } })
  stores.askResults('s', 20_000)
  stores.askResults('s', 0)
  stores.askResults('s', 400)
  await vi.advanceTimersByTimeAsync(1)
  expect(asked).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked).toHaveBeenCalledTimes(1)
  vi.useRealTimers()
})
