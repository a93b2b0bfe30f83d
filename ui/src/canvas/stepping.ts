/** Undo and redo: what came and went is told, and the keyboard goes with it. */

import { children, nameOf, parent, type Path } from '../graph/level'
import type { Graph } from '../protocol'
import { t } from '../i18n/t'
import { announce } from '../shell/announce'
import { activeGraph, redo, undo, useGraphs } from '../stores/graphs'
import { select, useSelection } from '../stores/selection'
import { levelShown } from './here'
import { isBox, isGroup } from './places'
import { focusCard, focusedNode, focusSoon, isDrawn, shownNodes } from './view'
import { heirOf } from './walk'

/** Time in which an edit that the server has made comes here. */
const PATIENCE = 1000
/** Names that are told one by one. */
const FEW = 3

/** Take back one's last edit of the graph that is shown, or make it again. */
export async function step(kind: 'undo' | 'redo'): Promise<void> {
  const { active } = useGraphs.getState()
  const [before, nodes] = [pathsNow(), shownNodes()]
  const graph = activeGraph()?.graph
  const had = focusedNode()
  await (kind === 'undo' ? undo : redo)(active)
  if (!graph || !(await isOther(graph))) return
  const after = pathsNow()
  const [came, gone] = [more(after, before), more(before, after)]
  announce([t(kind === 'undo' ? 'canvas.undone' : 'canvas.redone'), told('canvas.came', came), told('canvas.gone', gone)].join(' ').trim())
  const drawn = came.filter((path) => isDrawn(parent(path)))
  if (drawn.length > 0 && isOnCanvas()) {
    select(drawn)
    focusSoon(useSelection.getState().names[0] ?? '')
  } else if (before.has(had) && !after.has(had)) {
    focusCard(heirOf(nodes, had, new Set(gone)) ?? '')
  }
}

function isOnCanvas(): boolean {
  const { activeElement } = document
  return activeElement === document.body || Boolean(activeElement?.closest('[data-scope=canvas]'))
}

/** Paths of all that is on the level that is shown, and inside of that. */
function pathsNow(): Set<string> {
  const open = activeGraph()
  const found = new Set<string>()
  const levels: { inside: Path; level: Graph }[] = [{ inside: '', level: (open && levelShown(open)?.level) ?? {} }]
  for (const { inside, level } of levels) {
    for (const [name, { graph }] of Object.entries(level.nodes ?? {})) {
      const path = children(inside, name)
      found.add(path)
      if (graph) levels.push({ inside: path, level: graph })
    }
    for (const key of Object.keys(level.view ?? {}).filter(isBox)) found.add(children(inside, key))
  }
  return found
}

/** What there is more of in the one than in the other, without what is inside of that. */
function more(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((path) => !other.has(path) && (parent(path) === '' || other.has(parent(path))))
}

/** Waits until the graph that is shown is another than this; false when it stays. */
function isOther(graph: Graph): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (other: boolean) => {
      clearTimeout(timer)
      leave()
      resolve(other)
    }
    const look = () => activeGraph()?.graph !== graph && end(true)
    const timer = setTimeout(() => end(false), PATIENCE)
    const leave = useGraphs.subscribe(look)
    look()
  })
}

function told(key: 'canvas.came' | 'canvas.gone', paths: readonly string[]): string {
  if (paths.length === 0) return ''
  const few = paths.slice(0, FEW).map((path) => (isGroup(path) ? t('canvas.group') : isBox(path) ? t('canvas.note') : nameOf(path)))
  return t(key, { n: paths.length, names: few.join(', ') + (paths.length > FEW ? ' …' : '') })
}
