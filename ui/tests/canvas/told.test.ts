import { beforeAll, expect, it } from 'vitest'
import type { Result } from '../../src/stores/results'

let toldOf: typeof import('../../src/canvas/card/preview/told').toldOf
let stores: typeof import('../../src/stores/results')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none, requestAnimationFrame: () => 1, cancelAnimationFrame: () => undefined })
  stores = await import('../../src/stores/results')
  ;({ toldOf } = await import('../../src/canvas/card/preview/told'))
})

const result = (kind: Result['kind'], value: Result['value']): Result => ({ type: '', digest: String(value), kind, key: '', value: value ?? null })

it('tells numbers, yes and no, and how a text begins, and nothing of what has no value in few words', () => {
  const told = (ports: Record<string, Result>) => {
    stores.results.set('s:one', ports)
    return toldOf('s', 'one')
  }
  expect(told({ width: result('number', 64), height: result('number', 1 / 3) })).toBe('64 · 0.3333')
  expect(told({ out: result('bool', false) })).toBe('No')
  expect(told({ out: result('text', `${'a boat '.repeat(20)}`) })).toBe('a boat '.repeat(20).slice(0, 40))
  expect(told({ out: result('image', null) })).toBe('')
  expect(toldOf('s', 'nobody')).toBe('')
})
