import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Graph } from '../../src/protocol'

let stores: typeof import('../../src/stores/examples')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  const frame = { requestAnimationFrame: () => 1, cancelAnimationFrame: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none, ...frame })
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/' })
  stores = await import('../../src/stores/examples')
})

beforeEach(() => stores.examples.deleteAll(''))
afterEach(() => vi.useRealTimers())

const graph: Graph = { knotwork: 1, nodes: { draw: {}, blur: {} } }
const shown = (name: string, former: boolean) => ({ ports: { out: name }, former })

it('shows an example until an edit changes what it depends on, and then as a former picture', () => {
  stores.takeExamples('s', { draw: { out: 'a.out' }, blur: { out: 'b.out' } }, graph)
  expect(stores.examples.get('s:draw')).toEqual(shown('a.out', false))
  stores.takeExamples('s', { draw: { out: 'a.out' } }, graph)
  expect(stores.examples.get('s:blur')).toEqual(shown('b.out', true))
  stores.takeExamples('s', { draw: { out: 'a.out' }, blur: { out: 'b.out' } }, graph)
  expect(stores.examples.get('s:blur')).toEqual(shown('b.out', false))
})

it('forgets an example with its instance, and leaves those of other graphs alone', () => {
  stores.takeExamples('s', { draw: { out: 'a.out' } }, graph)
  stores.takeExamples('other', { draw: { out: 'a.out' } }, graph)
  stores.takeExamples('s', {}, { knotwork: 1, nodes: { blur: {} } })
  expect([...stores.examples.keys()]).toEqual(['other:draw'])
})

it('keeps what is told again as it is, so that nothing is drawn anew', () => {
  stores.takeExamples('s', { draw: { out: 'a.out' } }, graph)
  const before = stores.examples.get('s:draw')
  stores.takeExamples('s', { draw: { out: 'a.out' } }, graph)
  expect(stores.examples.get('s:draw')).toBe(before)
})

it('tells where the picture of a port is', () => {
  expect(stores.pictureOfExample(shown('a.out', false))).toContain('api/examples/a.out')
  expect(stores.pictureOfExample(shown('a.out', false), 'mask')).toBe('')
})

it.each([
  [{}, 1],
  [{ draw: { out: 'a.out' } }, 2],
])('asks again after an edit only where there are examples', async (found, times) => {
  vi.useFakeTimers()
  const asked = vi.fn(() => Promise.resolve(new Response(JSON.stringify(found))))
  vi.stubGlobal('fetch', asked)
  const { useGraphs } = await import('../../src/stores/graphs')
  const session = `with ${times}`
  useGraphs.setState({ open: { [session]: { graph } as never } })
  stores.askExamples(session)
  await vi.advanceTimersByTimeAsync(1)
  stores.askExamples(session)
  stores.askExamples(session)
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toHaveBeenCalledTimes(times)
})
