import { describe, expect, it } from 'vitest'
import { ask, cancelQuestions, prompt, useQuestions } from '../../src/shell/ask'

const first = () => useQuestions.getState().asked[0]

describe('questions', () => {
  it('wait for each other, and each gets its own answer', async () => {
    const one = ask({ title: 'One?', actions: [{ id: 'yes', label: 'Yes' }] })
    const two = prompt({ title: 'Two', label: 'Name', action: 'Rename' })
    expect(first()?.question.title).toBe('One?')
    first()?.answer('yes')
    expect(first()?.question.title).toBe('Two')
    first()?.answer('Ada')
    expect(await Promise.all([one, two])).toEqual(['yes', 'Ada'])
    expect(useQuestions.getState().asked).toEqual([])
  })

  it('may be cancelled all at once', async () => {
    const both = Promise.all([1, 2].map((n) => ask({ title: `${n}`, actions: [] })))
    cancelQuestions()
    expect(await both).toEqual([null, null])
  })
})
