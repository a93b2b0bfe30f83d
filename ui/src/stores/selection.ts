/** What is selected on the canvas, and what the pointer is on. */

import { create } from 'zustand'

interface Selection {
  /** Names of instances, groups and notes of the level that is shown. */
  names: readonly string[]
  /** Id of a link; empty for none. */
  link: string
}

export const useSelection = create<Selection>(() => ({ names: [], link: '' }))

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, place) => name === other[place])

export function select(names: readonly string[], link = ''): void {
  const now = useSelection.getState()
  if (!same(now.names, names) || now.link !== link) useSelection.setState({ names: [...names], link })
}
