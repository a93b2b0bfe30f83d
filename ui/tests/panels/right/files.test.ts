import { describe, expect, it } from 'vitest'
import { crc, textOf, withoutText, withText } from '../../../src/panels/Files/png'
import { sketchOf } from '../../../src/panels/Files/sketch'
import { readConflicts, reasonOf } from '../../../src/panels/Choice/conflicts'
import { missingOf } from '../../../src/panels/Missing/missing'
import type { Graph, NodeRecord, ProblemRecord } from '../../../src/protocol'

// The smallest PNG there is: one black pixel.
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='),
  (sign) => sign.charCodeAt(0),
)

describe('pictures that carry their graph', () => {
  it('gives the check sum that the standard gives', () => {
    expect(crc(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  it('puts the text behind the header and leaves the picture as it is', () => {
    const text = '{"title": "Äpfel 🍎"}'
    const png = withText(PIXEL, text)
    expect(textOf(png)).toBe(text)
    expect(new TextDecoder('latin1').decode(png.subarray(37, 41))).toBe('iTXt')
    expect([...png.subarray(0, 33)]).toEqual([...PIXEL.subarray(0, 33)])
    expect([...png.subarray(-(PIXEL.length - 33))]).toEqual([...PIXEL.subarray(33)])
  })

  it('replaces a graph that is there already', () => {
    const once = withText(PIXEL, 'new')
    expect(withText(withText(PIXEL, 'old graph'), 'new')).toEqual(once)
  })

  it('takes it out again, and leaves the picture as it was', () => {
    expect(withoutText(withText(PIXEL, 'graph'))).toEqual(PIXEL)
  })

  it('refuses what is no PNG, or not a whole one', () => {
    expect(() => withText(new Uint8Array([1, 2, 3]), '')).toThrow('expected a PNG file')
    expect(() => withText(PIXEL.subarray(0, 50), '')).toThrow('expected a whole PNG file')
  })
})

describe('a sketch of a graph', () => {
  const graph: Graph = {
    nodes: { a: { type: 't', title: 'First' }, b: { type: 't', links: { in: 'a.out' } } },
    view: { a: { at: [0, 0] }, b: { at: [4000, 2000] } },
  }

  it('fits the nodes into the picture and draws their links', () => {
    const { boxes, lines } = sketchOf(graph, 400, 300)
    expect(boxes.map((box) => box.title)).toEqual(['First', 'b'])
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(47)
      expect(box.x + box.width).toBeLessThanOrEqual(353)
      expect(box.y).toBeGreaterThanOrEqual(47)
      expect(box.y + box.height).toBeLessThanOrEqual(253)
    }
    expect(lines).toHaveLength(1)
  })

  it('has nothing to draw of an empty graph', () => {
    expect(sketchOf({}, 400, 300)).toEqual({ boxes: [], lines: [] })
  })
})

describe('conflicts with another program', () => {
  it('tells each side’s value of a field', () => {
    const [conflict] = readConflicts([
      {
        instance: 'noise',
        field: 'params.seed',
        base: { 'nodes/noise/params/seed': 1 },
        ours: { 'nodes/noise/params/seed': 2 },
        theirs: {},
      },
    ])
    expect(conflict).toMatchObject({ title: 'Seed', sides: { base: '1', ours: '2', theirs: '' } })
  })

  it('tells of an input its value alone, if nothing else of it differs', () => {
    const input = (value: string) => ({ 'inputs/prompt': { default: value, to: ['a.text'] } })
    const told = {
      instance: '',
      field: 'inputs.prompt',
      base: input('a'),
      ours: input('b'),
      theirs: input('c'),
    }
    expect(readConflicts([told])[0]?.sides).toEqual({ base: 'a', ours: 'b', theirs: 'c' })
    const moved = { 'inputs/prompt': { default: 'c', to: ['other.text'] } }
    expect(readConflicts([{ ...told, theirs: moved }])[0]?.sides.theirs).toBe(
      '{"default":"c","to":["other.text"]}',
    )
  })

  it('tells the fields of a node that one side took out', () => {
    const [conflict] = readConflicts([
      {
        instance: 'n',
        field: '',
        base: {},
        ours: { 'nodes/n/type': 'a.b', 'nodes/n/params/x': 1 },
        theirs: {},
      },
    ])
    expect(conflict?.sides.ours).toBe('type: a.b\nparams.x: 1')
  })

  it('knows what is wrong with a file as a whole', () => {
    expect(reasonOf([{ instance: '', field: '', reason: 'the file was removed' }])).toBe(
      'the file was removed',
    )
    expect(reasonOf([{ instance: 'a', field: 'b' }])).toBe('')
  })
})

describe('what is missing', () => {
  const loader: NodeRecord = {
    id: 'load.model',
    version: 1,
    pack: 'core',
    pack_version: '1',
    help: '',
    licence: '',
    pure: true,
    outputs: {},
    inputs: {
      file: {
        type: 'text',
        shape: {},
        help: '',
        required: true,
        optional: false,
        variadic: false,
        lazy: false,
        param: true,
        schema: { type: 'string', widget: 'file', root: 'models' },
      },
      steps: {
        type: 'int',
        shape: {},
        help: '',
        required: true,
        optional: false,
        variadic: false,
        lazy: false,
        param: true,
        schema: { type: 'integer' },
      },
    },
  }
  const catalogue = { nodes: new Map([[loader.id, loader]]), fits: new Map() }
  const graph: Graph = {
    nodes: {
      a: { type: 'far.away' },
      b: { type: 'far.away' },
      load: { type: 'load.model', params: { file: 'x.safetensors', steps: 'many' } },
    },
    packs: { far: '1.2' },
    models: { 'x.safetensors': { source: 'https://example.org' } },
  }
  const problem = (part: Partial<ProblemRecord>): ProblemRecord => ({
    code: '',
    instance: '',
    port: '',
    expected: '',
    got: '',
    cure: '',
    said: {},
    ...part,
  })

  it('gathers instances of one missing node, and model files with what is noted on them', () => {
    const found = missingOf(
      graph,
      [
        problem({ code: 'unknown-node', instance: 'a', cure: 'Install it.' }),
        problem({ code: 'unknown-node', instance: 'b', cure: 'Install it.' }),
        problem({ code: 'file-missing', instance: 'load', port: 'file' }),
        problem({ code: 'bad-value', instance: 'load', port: 'steps' }),
        problem({ code: 'missing-input', instance: 'load', port: 'file' }),
      ],
      catalogue,
      {},
    )
    expect(found.nodes).toMatchObject([
      { type: 'far.away', kind: 'node', instances: ['a', 'b'], cure: 'Install it.', pack: 'far 1.2' },
    ])
    expect(found.files).toMatchObject([
      { path: 'load', port: 'file', value: 'x.safetensors', note: { source: 'https://example.org' } },
    ])
  })
})
