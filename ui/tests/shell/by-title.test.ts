import { expect, it } from 'vitest'
import { byTitle } from '../../src/shell/byTitle'
import type { Command } from '../../src/stores/commands'

const command = (title: string): Command => ({ id: `a.${title}`, title, group: 'edit', run: () => undefined })

it('lists commands alike, whichever were registered first', () => {
  const titles = (list: readonly string[]) => byTitle(list.map(command)).map(({ title }) => title)
  expect(titles(['Save', 'arrange', 'Öffnen'])).toEqual(['arrange', 'Öffnen', 'Save'])
  expect(titles(['Öffnen', 'Save', 'arrange'])).toEqual(['arrange', 'Öffnen', 'Save'])
})
