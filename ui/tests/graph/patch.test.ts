import { describe, expect, it } from 'vitest'
import { applyPatches, PatchError, same } from '../../src/graph/patch'
import type { Graph, Patch, Write } from '../../src/protocol'
import rows from './fixtures/edits.json'
import { chain, frozen } from './samples'

const GRAPH: Graph = frozen({
  title: 'T',
  inputs: { x: { to: ['a.value'] } },
  outputs: { y: 'b.out' },
  nodes: {
    a: { type: 't.number', params: { value: 1 } },
    b: { type: 't.pass', links: { value: 'a.out' } },
    sub: { graph: { nodes: { inner: { type: 't.number' } }, view: { inner: { at: [0, 0] } } } },
    other: { graph: { nodes: { inner: { type: 't.number' } } } },
  },
  view: { a: { at: [0, 0] } },
})

function written(where: string[], old: Write['old'], fresh: Write['new'], at = ''): Graph {
  return applyPatches(GRAPH, [{ op: 'patch', at, writes: [{ where, old: old ?? [], new: fresh ?? [] }] }])
}

/** The graph without what the engine leaves out in a graph inside another, and writes at the top. */
function bare(graph: Graph): Graph {
  const { knotwork, ...rest } = graph
  expect(knotwork).toBe(1)
  return rest
}

describe('what the engine wrote', () => {
  rows.forEach((row, number) => {
    it(`gives the same graphs here, row ${number}`, () => {
      let graph = frozen(row.begin as unknown as Graph)
      for (const { patch, after } of row.steps as unknown as { patch: Patch; after: Graph }[]) {
        graph = frozen(applyPatches(graph, [patch]))
        expect(bare(graph)).toEqual(bare(after))
      }
    })
  })

  it('is the same when all patches come at once', () => {
    const [row] = rows
    const patches = row?.steps.map(({ patch }) => patch as unknown as Patch) ?? []
    expect(applyPatches(row?.begin as unknown as Graph, patches)).toEqual(row?.steps.at(-1)?.after)
  })
})

describe('what is not written', () => {
  it('is shared', () => {
    const after = written(['nodes', 'a', 'params', 'value'], [1], [2])
    expect(after.nodes?.['a']?.params).toEqual({ value: 2 })
    expect(after.nodes?.['b']).toBe(GRAPH.nodes?.['b'])
    expect(after.nodes?.['sub']).toBe(GRAPH.nodes?.['sub'])
    expect(after.inputs).toBe(GRAPH.inputs)
    expect(after.view).toBe(GRAPH.view)
  })

  it('is shared inside of subgraphs, too', () => {
    const after = written(['nodes', 'inner', 'title'], [], ['I'], 'sub')
    const inner = after.nodes?.['sub']?.graph
    expect(inner?.nodes?.['inner']).toEqual({ type: 't.number', title: 'I' })
    expect(inner?.view).toBe(GRAPH.nodes?.['sub']?.graph?.view)
    expect(after.nodes?.['other']).toBe(GRAPH.nodes?.['other'])
  })

  it('is not copied again for each write', () => {
    const graph = chain(2000)
    const writes = Object.keys(graph.nodes ?? {}).map((name): Write => ({
      where: ['nodes', name, 'title'],
      new: ['T'],
    }))
    let copies = 0
    const nodes = new Proxy(graph.nodes ?? {}, {
      ownKeys(target) {
        copies += 1
        return Reflect.ownKeys(target)
      },
    })
    const after = applyPatches({ ...graph, nodes }, [{ op: 'patch', writes }])
    expect(Object.values(after.nodes ?? {}).every((one) => one.title === 'T')).toBe(true)
    expect(copies).toBe(1)
  })
})

describe('tables', () => {
  it('are left out when they hold nothing any more', () => {
    expect(written(['nodes', 'a', 'params', 'value'], [1], []).nodes?.['a']).toEqual({ type: 't.number' })
    expect(written(['outputs', 'y'], ['b.out'], [])).not.toHaveProperty('outputs')
    const inner = written(['view', 'inner'], [{ at: [0, 0] }], [], 'sub').nodes?.['sub']?.graph
    expect(inner).toEqual({ nodes: { inner: { type: 't.number' } } })
  })

  it('come back with their first entry', () => {
    expect(written(['nodes', 'b', 'params', 'p'], [], [null]).nodes?.['b']?.params).toEqual({ p: null })
    expect(written(['inputs', 'i'], [], [{}], 'sub').nodes?.['sub']?.graph?.inputs).toEqual({ i: {} })
  })
})

describe('a patch is refused', () => {
  const refused: [string, string[], Write['old'], Write['new'], string][] = [
    ['when another value stands there', ['nodes', 'a', 'params', 'value'], [2], [3], ''],
    ['when nothing stands there', ['nodes', 'a', 'title'], ['A'], [], ''],
    ['when something stands there already', ['nodes', 'a'], [], [{}], ''],
    ['when true stands for 1', ['nodes', 'a', 'params', 'value'], [true], [3], ''],
    ['when the instance is gone', ['nodes', 'gone', 'params', 'p'], [], [1], ''],
    ['when the level is gone', ['nodes', 'x'], [], [{}], 'sub/inner'],
    ['for a place that is none', ['nodes'], [], [{}], ''],
    ['for the version of the format', ['knotwork'], [], [2], ''],
    ['for a place below a value', ['nodes', 'a', 'params', 'value', 'x'], [], [1], ''],
    ['for no place', [], [], [1], ''],
    ['for names that every object has', ['nodes', 'constructor', 'title'], [], ['x'], ''],
  ]
  it.each(refused)('%s', (_, where, old, fresh, at) => {
    expect(() => written(where, old, fresh, at)).toThrow(PatchError)
  })
})

it('compares values as JSON writes them', () => {
  expect(same({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
  expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  expect(same([1, 2], [2, 1])).toBe(false)
  expect(same({ a: undefined }, {})).toBe(false)
  expect(same(0, false)).toBe(false)
  expect(same(null, {})).toBe(false)
  expect(same([], {})).toBe(false)
})
