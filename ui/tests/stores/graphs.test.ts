import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { useNotices } from '../../src/stores/notices'
import { select, useSelection } from '../../src/stores/selection'

type Graphs = typeof import('../../src/stores/graphs')

/** What a browser keeps for a page; Node has no such thing. */
class Kept extends Map<string, string> {
  getItem = (name: string) => this.get(name) ?? null
  setItem = (name: string, value: string) => void this.set(name, value)
}

let graphs: Graphs

beforeAll(async () => {
  Object.assign(globalThis, { sessionStorage: new Kept(), localStorage: new Kept() })
  graphs = await import('../../src/stores/graphs')
})

const opened = (id: string) => ({
  record: { id, name: '', title: id, seq: 0, saved: 0, digest: '' },
  graph: { knotwork: 1, nodes: { sub: { graph: { knotwork: 1, nodes: { inner: {} } } } } },
  number: 0,
  problems: [],
  choice: { id: '', conflicts: [] },
  saveError: '',
  at: '',
  references: {},
  interfaces: {},
})

beforeEach(() => {
  graphs.useGraphs.setState({ open: { a: opened('a'), b: opened('b') }, tabs: ['a', 'b'], active: 'a' })
  select(['sub'])
})

const selected = () => useSelection.getState().names

it('selects nothing in a graph that is switched to', () => {
  graphs.activateTab('a')
  expect(selected()).toEqual(['sub'])
  graphs.activateTab('b')
  expect(selected()).toEqual([])
})

it('selects nothing on a level that is entered', () => {
  graphs.enterLevel('a', '')
  graphs.enterLevel('b', 'sub')
  expect(selected()).toEqual(['sub'])
  graphs.enterLevel('a', 'sub')
  expect(selected()).toEqual([])
})

it('leaves a level whose instance refers to no graph any more, as when that was undone, and complains of nothing', async () => {
  const fetched = vi.fn(async () => new Response('null', { headers: { 'content-type': 'application/json' } }))
  vi.stubGlobal('fetch', fetched)
  vi.stubGlobal('document', { baseURI: 'http://localhost/' })
  const nodes = { far: { ref: 'far.json' } }
  graphs.useGraphs.setState({ open: { a: { ...opened('a'), graph: { knotwork: 1, nodes } as never } } })
  graphs.enterLevel('a', 'far')
  expect(graphs.openGraph('a')?.at).toBe('far')
  await vi.waitFor(() => expect(graphs.openGraph('a')?.at).toBe(''))
  expect(fetched).toHaveBeenCalled()
  expect(useNotices.getState().shown).toEqual([])
  vi.unstubAllGlobals()
})
