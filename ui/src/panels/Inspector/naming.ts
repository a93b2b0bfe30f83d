/** Names of a graph's inputs and outputs, changed with what stands behind them. */

import { entry, type Path } from '../../graph/level'
import { t } from '../../i18n/t'
import type { Graph, GraphInput, JsonValue, Operation } from '../../protocol'
import { inOwnOrder, setOrder, type Side } from './order'

/** What is wrong with a name; null when nothing is. */
export function portNameFault(level: Graph, side: Side, wanted: string, own: string): string | null {
  const name = wanted.trim()
  if (name === '') return t('left.nameEmpty')
  if (/[./]/.test(name)) return t('left.nameSigns')
  return name !== own && Object.hasOwn(level[side] ?? {}, name) ? t('left.nameTaken', { name }) : null
}

/** Give an input or output another name, in its old place. */
export function renamePort(level: Graph, side: Side, name: string, wanted: string, at: Path = ''): Operation[] {
  const to = wanted.trim()
  if (to === name) return []
  const order = inOwnOrder(level, side).map((one) => (one === name ? to : one))
  const moved = side === 'inputs' ? renameInput(level, name, to, at) : renameOutput(level, name, to, at)
  return moved.length > 0 ? [...moved, ...setOrder(level, side, order, at)] : []
}

function renameInput(level: Graph, name: string, to: string, at: Path): Operation[] {
  const declared = entry(level.inputs, name)
  if (!declared) return []
  return [
    { op: 'unexpose_input', at, name },
    { op: 'expose_input', at, name: to, input: json(declared) },
  ]
}

function renameOutput(level: Graph, name: string, to: string, at: Path): Operation[] {
  const source = entry(level.outputs, name)
  if (source === undefined) return []
  return [
    { op: 'unexpose_output', at, name },
    { op: 'expose_output', at, name: to, source },
  ]
}

function json(declared: GraphInput): { [k: string]: JsonValue } {
  return { ...declared } as { [k: string]: JsonValue }
}
