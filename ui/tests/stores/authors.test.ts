import { beforeAll, expect, it } from 'vitest'

let touchedBy: (typeof import('../../src/stores/authors'))['touchedBy']

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
  ;({ touchedBy } = await import('../../src/stores/authors'))
})

const write = (...where: string[]) => ({ where, old: [], new: [1] })

it('tells which nodes an edit changed, on every level, but not which were only moved', () => {
  const patch = [
    { op: 'patch' as const, at: '', writes: [write('nodes', 'a', 'params', 'x'), write('view', 'b', 'at'), write('title')] },
    { op: 'patch' as const, at: 'sub/inner', writes: [write('nodes', 'c')] },
  ]
  expect([...touchedBy({ patch })]).toEqual(['a', 'sub/inner/c'])
})
