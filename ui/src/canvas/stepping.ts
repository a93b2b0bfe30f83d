/** Undo and redo: what came and went is told, and the keyboard goes with it. */

import { viewOf, GROUP, NOTE } from '../graph/level'
import type { Graph } from '../protocol'
import { t } from '../i18n/t'
import { announce } from '../shell/announce'
import { activeGraph, redo, undo, useGraphs } from '../stores/graphs'
import { select } from '../stores/selection'
import { levelShown } from './here'
import { focusCard, focusedNode, focusSoon, shownNodes } from './view'
import { heirOf } from './walk'

/** Time in which an edit that the server has made comes here. */
const PATIENCE = 1000
/** Names that are told one by one. */
const FEW = 3

/** Take back one's last edit of the graph that is shown, or make it again. */
export async function step(kind: 'undo' | 'redo'): Promise<void> {
  const { active } = useGraphs.getState()
  const [before, nodes] = [namesNow(), shownNodes()]
  const graph = activeGraph()?.graph
  const had = focusedNode()
  await (kind === 'undo' ? undo : redo)(active)
  if (!graph || !(await isOther(graph))) return
  const after = namesNow()
  const came = [...after].filter((name) => !before.has(name))
  const gone = new Set([...before].filter((name) => !after.has(name)))
  announce([t(kind === 'undo' ? 'canvas.undone' : 'canvas.redone'), told('canvas.came', came), told('canvas.gone', [...gone])].join(' ').trim())
  if (came.length > 0 && isOnCanvas()) {
    select(came)
    focusSoon(came[0] ?? '')
  } else if (gone.has(had)) {
    focusCard(heirOf(nodes, had, gone) ?? '')
  }
}

function isOnCanvas(): boolean {
  const { activeElement } = document
  return activeElement === document.body || Boolean(activeElement?.closest('[data-scope=canvas]'))
}

/** Names of all that is on the level that is shown. */
function namesNow(): Set<string> {
  const open = activeGraph()
  const level = open ? levelShown(open)?.level : null
  if (!level) return new Set()
  const { groups, notes } = viewOf(level)
  return new Set([...Object.keys(level.nodes ?? {}), ...groups.map(({ id }) => GROUP + id), ...notes.map(({ id }) => NOTE + id)])
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

function told(key: 'canvas.came' | 'canvas.gone', names: readonly string[]): string {
  if (names.length === 0) return ''
  const few = names.slice(0, FEW).map((name) => (name.startsWith(GROUP) ? t('canvas.group') : name.startsWith(NOTE) ? t('canvas.note') : name))
  return t(key, { n: names.length, names: few.join(', ') + (names.length > FEW ? ' …' : '') })
}
