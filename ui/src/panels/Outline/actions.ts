/** What can be done from the outline to an instance, on whichever level it stands. */

import { entry, instanceAt, nameOf } from '../../graph/level'
import { isLevel } from '../../graph/ports'
import { removeFrom, rename, toggleMode } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { Graph } from '../../protocol'
import { announce } from '../../shell/announce'
import { prompt } from '../../shell/ask'
import type { MenuEntry } from '../../shell/Menu'
import { activeGraph, enterLevel, useGraphs } from '../../stores/graphs'
import { editAround, levelOf } from './around'
import { boxMenu, isBoxPath, removeBox, renameBox } from './boxes'
import { openLinkTo } from './linkTo'
import { goTo } from './reveal'

const session = () => useGraphs.getState().active

export async function removeInstance(path: string): Promise<void> {
  const done = await editAround(path, (level, at, name) => removeFrom(level, [name], at))
  if (done) announce(t('left.removed', { name: nameOf(path) }))
}

/** Ask for another name; links follow. */
export async function renameInstance(path: string): Promise<void> {
  const name = nameOf(path)
  const wanted = await prompt({
    title: t('left.renameTitle', { name }),
    label: t('left.name'),
    value: name,
    action: t('left.rename'),
    check: (value) => nameFault(levelOf(path), value, name),
  })
  if (wanted) await editAround(path, (level, at) => rename(level, name, wanted, at))
}

/** What is wrong with a name for an instance; null when nothing is. */
export function nameFault(level: Graph | null, wanted: string, own: string): string | null {
  if (/[./]/.test(wanted)) return t('left.nameSigns')
  return wanted !== own && entry(level?.nodes, wanted) ? t('left.nameTaken', { name: wanted }) : null
}

export async function toggle(path: string, mode: 'mute' | 'bypass'): Promise<void> {
  await editAround(path, (level, at, name) => toggleMode(level, [name], mode, at))
  const now = modeOf(path)
  announce(t(now === mode ? (mode === 'mute' ? 'left.muted' : 'left.bypassed') : 'left.active', { name: nameOf(path) }))
}

function modeOf(path: string): string {
  const graph = activeGraph()
  return (graph && instanceAt(graph.graph, path)?.mode) ?? ''
}

/** Show the level inside of an instance; false when there is none. */
export function goInto(path: string): boolean {
  const graph = activeGraph()
  const instance = graph && instanceAt(graph.graph, path)
  if (!instance || !isLevel(instance)) return false
  enterLevel(session(), path)
  announce(t('left.entered', { name: nameOf(path) }))
  return true
}

/** What the menu of a row offers. */
export function rowMenu(path: string): MenuEntry[] {
  if (isBoxPath(path)) return boxMenu(path)
  const graph = activeGraph()
  const instance = graph && instanceAt(graph.graph, path)
  if (!instance) return []
  const into: MenuEntry[] = isLevel(instance)
    ? [{ id: 'into', label: t('left.goInto'), keys: 'mod+enter', onSelect: () => void goInto(path) }]
    : []
  return [
    { id: 'show', label: t('left.show'), keys: 'enter', onSelect: () => goTo(path, true) },
    ...into,
    'line',
    { id: 'to', label: t('left.linkTo'), keys: 'mod+l', onSelect: () => openLinkTo(path, 'out') },
    { id: 'from', label: t('left.linkFrom'), keys: 'mod+shift+l', onSelect: () => openLinkTo(path, 'in') },
    'line',
    { id: 'rename', label: t('left.renameMenu'), keys: 'f2', onSelect: () => void renameInstance(path) },
    { id: 'bypass', label: t('left.bypass'), keys: 'mod+b', checked: instance.mode === 'bypass', onSelect: () => void toggle(path, 'bypass') },
    { id: 'mute', label: t('left.mute'), keys: 'mod+m', checked: instance.mode === 'mute', onSelect: () => void toggle(path, 'mute') },
    'line',
    { id: 'delete', label: t('left.delete'), keys: 'delete', danger: true, onSelect: () => void removeInstance(path) },
  ]
}

/** Runs what a chord stands for at a row; false when it stands for nothing. */
export function runChord(chord: string, path: string): boolean {
  const box: Readonly<Record<string, () => unknown>> = {
    enter: () => goTo(path, true),
    f2: () => renameBox(path),
    delete: () => removeBox(path),
    backspace: () => removeBox(path),
  }
  const instance: Readonly<Record<string, () => unknown>> = {
    enter: () => goTo(path, true),
    'mod+enter': () => goInto(path),
    'mod+l': () => openLinkTo(path, 'out'),
    'mod+shift+l': () => openLinkTo(path, 'in'),
    f2: () => renameInstance(path),
    'mod+b': () => toggle(path, 'bypass'),
    'mod+m': () => toggle(path, 'mute'),
    delete: () => removeInstance(path),
    backspace: () => removeInstance(path),
  }
  const action = (isBoxPath(path) ? box : instance)[chord]
  if (!action) return false
  void action()
  return true
}
