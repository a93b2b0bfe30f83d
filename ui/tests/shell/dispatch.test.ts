import { describe, expect, it } from 'vitest'
import { candidates, chordsOf, conflictsOf, withChords, type Place } from '../../src/shell/dispatch'
import type { Command } from '../../src/stores/commands'

function command(id: string, keys: string[], more: Partial<Command> = {}): Command {
  return { id, title: id, group: 'edit', keys, run: () => undefined, ...more } as Command
}

const page: Place = { scopes: ['global'], typing: false, control: false }
const canvas: Place = { scopes: ['canvas', 'global'], typing: false, control: false }

const undo = command('undo', ['mod+z'])
const remove = command('remove', ['delete', 'backspace'], { scope: 'canvas' })
const palette = command('palette', ['mod+k'], { whileTyping: true })
const confirm = command('confirm', ['mod+z'], { scope: 'dialog' })
const all = [undo, remove, palette, confirm]

const ids = (found: readonly Command[]) => found.map(({ id }) => id)

describe('which command a chord runs', () => {
  it('is the one that has it, in the scope that listens', () => {
    expect(ids(candidates('mod+z', page, all, {}))).toEqual(['undo'])
    expect(ids(candidates('mod+z', { ...page, scopes: ['dialog'] }, all, {}))).toEqual(['confirm'])
  })

  it('is one of the canvas only there', () => {
    expect(candidates('delete', page, all, {})).toEqual([])
    expect(ids(candidates('delete', canvas, all, {}))).toEqual(['remove'])
  })

  it('is the nearest first where two scopes have it', () => {
    const near = command('near', ['mod+z'], { scope: 'canvas' })
    expect(ids(candidates('mod+z', canvas, [undo, near], {}))).toEqual(['near', 'undo'])
  })

  it('is none while somebody types, unless it is meant for that', () => {
    const typing = { ...page, typing: true }
    expect(candidates('mod+z', typing, all, {})).toEqual([])
    expect(ids(candidates('mod+k', typing, all, {}))).toEqual(['palette'])
  })

  it('is none for keys that the focused control uses itself', () => {
    const run = command('run', ['space', 'mod+enter'])
    const button = { ...page, control: true }
    expect(candidates('space', button, [run], {})).toEqual([])
    expect(ids(candidates('mod+enter', button, [run], {}))).toEqual(['run'])
  })

  it('follows the user’s own keys', () => {
    const own = { undo: ['alt+u'], palette: [] }
    expect(candidates('mod+z', page, all, own)).toEqual([])
    expect(ids(candidates('alt+u', page, all, own))).toEqual(['undo'])
    expect(candidates('mod+k', page, all, own)).toEqual([])
  })

  it('takes keys as written in any order', () => {
    const odd = command('odd', ['Shift+Mod+Z'])
    expect(ids(candidates('mod+shift+z', page, [odd], {}))).toEqual(['odd'])
  })
})

describe('conflicts', () => {
  it('are the others that listen at the same places', () => {
    const near = command('near', [], { scope: 'canvas' })
    expect(ids(conflictsOf(near, 'mod+z', all, {}))).toEqual(['undo'])
  })

  it('do not count what the user gave other keys', () => {
    expect(conflictsOf(palette, 'mod+z', all, { undo: [] })).toEqual([])
  })

  it('do not count the command itself', () => {
    expect(conflictsOf(undo, 'mod+z', all, {})).toEqual([])
  })
})

describe('the user’s keys', () => {
  it('keep what differs from the keys a command came with', () => {
    expect(withChords({}, undo, ['alt+u'])).toEqual({ undo: ['alt+u'] })
    expect(withChords({ undo: ['alt+u'], remove: [] }, undo, ['Mod+Z'])).toEqual({ remove: [] })
  })

  it('may be none at all', () => {
    const none = withChords({}, undo, [])
    expect(chordsOf(undo, none)).toEqual([])
  })
})
