import { beforeEach, describe, expect, it } from 'vitest'
import { clearNotices, dismiss, notify, seeNotices, stayOf, useNotices } from '../../src/stores/notices'

const texts = () => useNotices.getState().shown.map(({ text }) => text)

beforeEach(clearNotices)

describe('notices', () => {
  it('are shown in the order they came, and kept in the history with the newest first', () => {
    notify({ kind: 'info', text: 'one' })
    notify({ kind: 'good', text: 'two' })
    expect(texts()).toEqual(['one', 'two'])
    expect(useNotices.getState().history.map(({ text }) => text)).toEqual(['two', 'one'])
  })

  it('stay in the history when they are dismissed', () => {
    dismiss(notify({ kind: 'info', text: 'one' }))
    expect(texts()).toEqual([])
    expect(useNotices.getState().history).toHaveLength(1)
  })

  it('are counted when the same comes again', () => {
    const first = notify({ kind: 'error', text: 'no', detail: 'a' })
    expect(notify({ kind: 'error', text: 'no', detail: 'a' })).toBe(first)
    notify({ kind: 'error', text: 'no', detail: 'b' })
    expect(useNotices.getState().shown.map(({ count }) => count)).toEqual([2, 1])
    expect(useNotices.getState().history).toHaveLength(2)
  })

  it('give way to newer ones, those first that would go by themselves', () => {
    notify({ kind: 'error', text: 'problem' })
    for (const text of ['a', 'b', 'c', 'd']) notify({ kind: 'info', text })
    expect(texts()).toEqual(['problem', 'b', 'c', 'd'])
  })

  it('never give way the moment they come', () => {
    for (const text of ['a', 'b', 'c', 'd']) notify({ kind: 'error', text })
    notify({ kind: 'info', text: 'new' })
    expect(texts()).toEqual(['b', 'c', 'd', 'new'])
  })

  it('are unseen until the history is looked at', () => {
    notify({ kind: 'info', text: 'one' })
    notify({ kind: 'info', text: 'two' })
    expect(useNotices.getState().unseen).toBe(2)
    seeNotices()
    expect(useNotices.getState().unseen).toBe(0)
  })
})

describe('how long a notice stays', () => {
  it('is until it is dismissed for problems', () => {
    expect(stayOf({ kind: 'error', text: 'no' })).toBeNull()
  })

  it('is longer for more to read or to do, within bounds', () => {
    expect(stayOf({ kind: 'info', text: '0123456789' })).toBe(4400)
    expect(stayOf({ kind: 'info', text: '0123456789', detail: '0123456789' })).toBe(4800)
    expect(stayOf({ kind: 'info', text: '0123456789', action: { label: 'Go', run: () => undefined } })).toBe(10400)
    expect(stayOf({ kind: 'info', text: 'x'.repeat(1000) })).toBe(15000)
  })

  it('is what the caller says', () => {
    expect(stayOf({ kind: 'error', text: 'no', stay: 10 })).toBe(10)
    expect(stayOf({ kind: 'info', text: 'yes', stay: null })).toBeNull()
  })
})
