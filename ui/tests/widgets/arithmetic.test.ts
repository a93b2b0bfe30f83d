import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/widgets/arithmetic'

describe('arithmetic in number fields', () => {
  test.each([
    ['512*2', 1024],
    ['3 + 4 * 2', 11],
    ['(3+4)*2', 14],
    ['2^10', 1024],
    ['2**3**2', 512],
    ['-2^2', -4],
    ['2^-1', 0.5],
    ['10/4', 2.5],
    ['10 % 4', 2],
    ['8-3-2', 3],
    ['--5', 5],
    ['1e3', 1000],
    ['2.5E-1', 0.25],
    ['.5', 0.5],
    ['0,5', 0.5],
    ['3 × 4 ÷ 2', 6],
    ['−7', -7],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toBe(value)
  })

  test.each(['', ' ', 'abc', '1+', '(1', '1)', '1 2', '1/0', '0/0', 'alert(1)', '1.2.3', '*2', '9^999'])('refuses "%s"', (text) => {
    expect(evaluate(text)).toBeNull()
  })
})
