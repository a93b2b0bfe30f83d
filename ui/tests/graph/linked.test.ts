import { expect, it } from 'vitest'
import { linkedWith } from '../../src/graph/linked'
import { linksOf } from '../../src/graph/links'
import { chain } from './samples'

const links = linksOf({ ...chain(5), inputs: { first: { to: ['n0.value'] } }, outputs: { last: 'n4.out' } })

it('finds all before and all after an instance, and no ports of the graph', () => {
  expect([...linkedWith(links, ['n2'], 'before')]).toEqual(['n2', 'n1', 'n0'])
  expect([...linkedWith(links, ['n2'], 'after')]).toEqual(['n2', 'n3', 'n4'])
})
