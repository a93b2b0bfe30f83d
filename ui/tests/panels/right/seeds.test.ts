import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Graph, InputPortRecord, NodeRecord } from '../../../src/protocol'

let modes: typeof import('../../../src/panels/RunButton/seedModes')

beforeAll(async () => {
  const none = { getItem: () => null, setItem: () => undefined }
  Object.assign(globalThis, { sessionStorage: none, localStorage: none })
  modes = await import('../../../src/panels/RunButton/seedModes')
})
beforeEach(() => modes.useSeedModes.setState({ modes: {} }))

const seed = { type: 'int', param: true, schema: { type: 'integer', widget: 'seed', minimum: 0, maximum: 9 } } as unknown as InputPortRecord
const node = { id: 'latent.noise', inputs: { seed }, outputs: {} } as unknown as NodeRecord
const known = { catalogue: { nodes: new Map([[node.id, node]]), fits: new Map() }, interfaces: {} }
const noise = { type: 'latent.noise', params: { seed: 7 } }
const inside: Graph = { nodes: { outer: { graph: { nodes: { noise } } } } }
const exposed: Graph = { inputs: { seed: { to: ['noise.seed'], default: 3 } }, nodes: { noise: { type: 'latent.noise' } } }

describe('the seed that a batch varies', () => {
  it('is an input of the graph, else one in a node, also inside a subgraph', () => {
    expect(modes.firstSeed('s', exposed, known)).toMatchObject({ place: 'seed', mode: 'fixed', value: 3 })
    expect(modes.firstSeed('s', inside, known)).toMatchObject({ place: 'outer/noise.seed', value: 7 })
    expect(modes.firstSeed('s', { nodes: {} }, known)).toBeNull()
  })

  it('leaves out nodes that do not run', () => {
    expect(modes.firstSeed('s', { nodes: { noise: { ...noise, mode: 'mute' } } }, known)).toBeNull()
  })

  it('is set where it stands', () => {
    expect(modes.firstSeed('s', inside, known)?.set(8)).toEqual([
      { op: 'set_param', at: 'outer', name: 'noise', port: 'seed', value: 8 },
    ])
  })
})

describe('the seeds of a batch', () => {
  it('go on from the present one when it steps, and begin anew behind the largest', () => {
    modes.useSeedModes.setState({ modes: { 's:outer/noise.seed': 'step' } })
    const found = modes.firstSeed('s', inside, known)
    expect(found && modes.seedsFrom(found, 4)).toEqual([8, 9, 0, 1])
  })

  it('are different ones, as many as there are', () => {
    const found = modes.firstSeed('s', exposed, known)
    const seeds = found ? modes.seedsFrom(found, 20) : []
    expect([...seeds].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
