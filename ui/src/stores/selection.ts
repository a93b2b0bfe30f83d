/** What is selected on the canvas, and what the pointer is on. */

import { create } from 'zustand'
import { parent } from '../graph/level'

interface Selection {
  /** Instances, groups and notes by their paths from the level that is shown; all stand on one level. */
  names: readonly string[]
  /** Path of a link; empty for none. */
  link: string
}

export const useSelection = create<Selection>(() => ({ names: [], link: '' }))

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, place) => name === other[place])

/** Select nodes, and maybe a link. Of nodes on several levels those beside the last one are taken. */
export function select(names: readonly string[], link = ''): void {
  const now = useSelection.getState()
  const level = parent(names.at(-1) ?? '')
  const beside = names.filter((name) => parent(name) === level)
  if (!same(now.names, beside) || now.link !== link) useSelection.setState({ names: beside, link })
}
