/** What can be done to frames and notes from the outline. */

import { boxChanged, writeInto } from '../../canvas/boxes'
import { GROUP, NOTE, nameOf, parent, viewOf, type Path } from '../../graph/level'
import { removeNote, ungroup } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { Graph, Operation } from '../../protocol'
import { announce } from '../../shell/announce'
import { prompt } from '../../shell/ask'
import type { MenuEntry } from '../../shell/Menu'
import { useSelection } from '../../stores/selection'
import { editAround, levelOf } from './around'
import { goTo } from './reveal'

/** Whether a path of the outline is that of a frame or note. */
export const isBoxPath = (path: Path) => isGroup(path) || nameOf(path).startsWith(NOTE)

const isGroup = (path: Path) => nameOf(path).startsWith(GROUP)

/** Take a frame away, which leaves what is in it, or a note. */
export async function removeBox(path: Path): Promise<void> {
  const done = await editAround(path, (_, at, name) => removed(name, at))
  if (done) announce(t('left.removed', { name: t(isGroup(path) ? 'canvas.group' : 'canvas.note') }))
}

const removed = (name: string, at: Path): Operation[] =>
  name.startsWith(GROUP) ? ungroup(name.slice(GROUP.length), at) : removeNote(name.slice(NOTE.length), at)

/** Ask for another title of a frame; a note, which may have many lines, is written into where it stands. */
export async function renameBox(path: Path): Promise<void> {
  if (!isGroup(path)) {
    goTo(path)
    const [box] = useSelection.getState().names
    if (box !== undefined) writeInto(box)
    return
  }
  const wanted = await prompt({
    title: t('canvas.groupTitle'),
    label: t('canvas.title'),
    value: titleOf(levelOf(path), nameOf(path)),
    action: t('left.rename'),
  })
  if (wanted !== null) await editAround(path, (level, at, name) => boxChanged(level, name, { text: wanted }, at))
}

const titleOf = (level: Graph | null, name: string) =>
  (level && viewOf(level).groups.find(({ id }) => GROUP + id === name)?.title) ?? ''

/** What the menu of a frame's or note's row offers. */
export function boxMenu(path: Path): MenuEntry[] {
  const level = levelOf(path)
  if (!level || !boxChanged(level, nameOf(path), {}, parent(path)).length) return []
  return [
    { id: 'show', label: t('left.show'), keys: 'enter', onSelect: () => goTo(path, true) },
    { id: 'rename', label: t(isGroup(path) ? 'left.renameMenu' : 'canvas.writeNote'), keys: 'f2', onSelect: () => void renameBox(path) },
    'line',
    { id: 'delete', label: t(isGroup(path) ? 'canvas.ungroup' : 'left.delete'), keys: 'delete', danger: true, onSelect: () => void removeBox(path) },
  ]
}
