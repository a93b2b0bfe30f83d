import { describe, expect, it } from 'vitest'
import { termsOf, termsText } from '../../src/graph/licences'

const FLUX = { family: 'FLUX.1', text: 'FLUX.1 [dev]: non-commercial', restricted: true }
const WAN = { family: 'Wan', text: 'Apache-2.0', restricted: false }
const LICENCES = { flux: FLUX, wan: WAN }
const ESTIMATOR = { licence: 'Large: CC BY-NC 4.0' }

describe('the terms of an instance', () => {
  it('are those of the families that its files tell, each once', () => {
    expect(termsOf({ licence: '' }, ['flux', 'wan', 'flux'], LICENCES)).toEqual([FLUX, WAN])
  })
  it('are its node’s while no file tells a family', () => {
    expect(termsOf(ESTIMATOR, [], LICENCES)).toEqual([{ family: '', text: 'Large: CC BY-NC 4.0', restricted: true }])
    expect(termsOf(ESTIMATOR, ['wan'], LICENCES)).toEqual([WAN])
  })
  it('are none where nobody knows of any', () => {
    expect(termsOf({ licence: '' }, ['constructor'], LICENCES)).toEqual([])
    expect(termsOf({ licence: '' }, [], LICENCES)).toEqual([])
    expect(termsOf(undefined, [], LICENCES)).toEqual([])
  })
})

describe('in one line', () => {
  it('stands the family before its terms, unless they begin with it', () => {
    expect(termsText(WAN)).toBe('Wan: Apache-2.0')
    expect(termsText(FLUX)).toBe('FLUX.1 [dev]: non-commercial')
    expect(termsText({ family: '', text: 'MIT', restricted: false })).toBe('MIT')
  })
})
