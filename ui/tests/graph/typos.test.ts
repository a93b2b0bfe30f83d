import { expect, it } from 'vitest'
import { distance, isMeant } from '../../src/graph/typos'

it.each([
  ['blur', 'blur', 0],
  ['blr', 'blur', 1],
  ['bulr', 'blur', 1],
  ['gausian', 'gaussian', 1],
  ['upscael', 'upscale', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('counts the slips between %s and %s', (one, other, slips) => {
  expect(distance(one, other)).toBe(slips)
  expect(distance(other, one)).toBe(slips)
})

it('forgives more slips in longer words, and none in short ones', () => {
  expect(isMeant('gausian', 'Draw gaussian noise.')).toBe(true)
  expect(isMeant('gasian', 'draw gaussian noise')).toBe(false)
  expect(isMeant('shcedluer', 'a scheduler')).toBe(true)
  expect(isMeant('vea', 'vae decode')).toBe(false)
  expect(isMeant('vae', 'vae decode')).toBe(true)
})
