import { beforeAll, expect, it } from 'vitest'
import type { AuthorRecord } from '../../src/protocol'

let touchedBy: (typeof import('../../src/stores/authors'))['touchedBy']
let othersOf: (typeof import('../../src/stores/authors'))['othersOf']

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
  ;({ touchedBy, othersOf } = await import('../../src/stores/authors'))
})

const write = (...where: string[]) => ({ where, old: [], new: [1] })

it('tells which nodes an edit changed, on every level, but not which were only moved', () => {
  const patch = [
    { op: 'patch' as const, at: '', writes: [write('nodes', 'a', 'params', 'x'), write('view', 'b', 'at'), write('title')] },
    { op: 'patch' as const, at: 'sub/inner', writes: [write('nodes', 'c')] },
  ]
  expect([...touchedBy({ patch })]).toEqual(['a', 'sub/inner/c'])
})

it('takes what this browser did in any of its tabs as its own', () => {
  const told: AuthorRecord[] = [
    { client: 'mine', name: 'Ann', changed: { a: 5 } },
    { client: 'theirs', name: 'Ben', changed: { b: 6, 'sub/c': 7 } },
  ]
  expect([...othersOf(told, new Set(['mine', 'mine-before']))]).toEqual([
    ['b', { client: 'theirs', name: 'Ben', time: 6 }],
    ['sub/c', { client: 'theirs', name: 'Ben', time: 7 }],
  ])
})
