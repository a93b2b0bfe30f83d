import { expect, it } from 'vitest'
import type { Area } from '../../src/graph/frame'
import { makeRoom } from '../../src/graph/room'

const areas = new Map<string, Area>([
  ['it', { at: [100, 100], size: [200, 100] }],
  ['before', { at: [-200, 100], size: [200, 100] }],
  ['after', { at: [400, 0], size: [200, 100] }],
  ['below', { at: [100, 250], size: [200, 100] }],
  ['under', { at: [450, 260], size: [200, 100] }],
  ['aside', { at: [-300, 300], size: [200, 100] }],
])

it('moves what is right of it and what is below it, by as much as it grows', () => {
  expect(makeRoom(areas, 'it', [500, 300])).toEqual(new Map([['after', [700, 0]], ['below', [100, 450]], ['under', [450, 460]]]))
})

it('takes them back when it is as small as before', () => {
  const grown = new Map(areas).set('it', { at: [100, 100], size: [500, 300] })
  for (const [name, at] of makeRoom(areas, 'it', [500, 300])) grown.set(name, { at, size: [200, 100] })
  expect(makeRoom(grown, 'it', [200, 100])).toEqual(new Map([['after', [400, 0]], ['below', [100, 250]], ['under', [450, 260]]]))
})
