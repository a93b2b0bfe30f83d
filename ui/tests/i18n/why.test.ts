import { afterEach, describe, expect, it } from 'vitest'
import { reasons } from '../../src/i18n/en/reasons'
import { speak } from '../../src/i18n/language'
import { whyText } from '../../src/i18n/why'
import type { Explanation } from '../../src/protocol'
import said from '../graph/fixtures/reasons.json'

describe('why a run would do what it does', () => {
  afterEach(() => speak('en'))

  it('is said in English as the engine says it', () => {
    expect(reasons).toEqual(said)
  })

  it('joins reasons, in the language spoken', async () => {
    const plan: Pick<Explanation, 'reasons'> = {
      reasons: [
        { code: 'value', args: { port: 'steps', old: '25', new: '30' } },
        { code: 'linked', args: { port: 'latent', source: 'noise.latent' } },
      ],
    }
    expect(whyText(plan)).toBe('steps: 25 → 30; latent: noise.latent changed')
    await speak('de')
    expect(whyText(plan)).toBe('steps: 25 → 30; latent: noise.latent hat sich geändert')
  })

  it('is empty of what is not planned', () => {
    expect(whyText(undefined)).toBe('')
  })
})
