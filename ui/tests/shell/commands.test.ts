import { beforeEach, describe, expect, it } from 'vitest'
import { registerCommands, runCommand, useCommands, type Command } from '../../src/stores/commands'
import { clearNotices, useNotices } from '../../src/stores/notices'

const command = (id: string, run: Command['run'], more: Partial<Command> = {}) =>
  ({ id, title: id, group: 'edit', run, ...more }) as Command

beforeEach(clearNotices)

describe('commands', () => {
  it('run by their id, until they are taken back', () => {
    const ran: string[] = []
    const takeBack = registerCommands([command('a', () => void ran.push('a'))])
    expect(runCommand('a')).toBe(true)
    takeBack()
    expect(runCommand('a')).toBe(false)
    expect(ran).toEqual(['a'])
  })

  it('are replaced by later ones, which outlive the taking back of the earlier', () => {
    const first = registerCommands([command('a', () => undefined)])
    const later = command('a', () => undefined)
    const second = registerCommands([later])
    first()
    expect(useCommands.getState().commands.get('a')).toBe(later)
    second()
    expect(useCommands.getState().commands.size).toBe(0)
  })

  it('do not run when they cannot', () => {
    let ran = false
    const takeBack = registerCommands([command('a', () => void (ran = true), { when: () => false })])
    expect(runCommand('a')).toBe(false)
    expect(ran).toBe(false)
    takeBack()
  })

  it('tell the user when they fail, at once or later', async () => {
    const takeBack = registerCommands([
      command('now', () => {
        throw new Error('no disk')
      }),
      command('later', () => Promise.reject(new Error('no server'))),
    ])
    runCommand('now')
    runCommand('later')
    await Promise.resolve()
    await Promise.resolve()
    const told = useNotices.getState().shown.map(({ text, detail }) => [text, detail])
    expect(told).toEqual([
      ['“now” did not work', 'no disk'],
      ['“later” did not work', 'no server'],
    ])
    takeBack()
  })
})
