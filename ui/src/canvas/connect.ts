/** Drawing links and moving their ends. Ports are named as the canvas has them, and asked on their level: which ports take one, why another does not, and where it goes. */

import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react'
import { commonSources, landing } from '../graph/landing'
import { Linking } from '../graph/linkable'
import { nameOf, parent, within } from '../graph/level'
import { INPUTS, OUTPUTS, textOf, type PortRef } from '../graph/links'
import { typeKind } from '../graph/types'
import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import { notify } from '../stores/notices'
import { connect, moveEnd, unlinkView } from './actions'
import { useConnecting } from './connecting'
import { editable, type Here } from './here'
import { onLevel, placed, portAt, sourceOf, targetOf } from './places'
import { spotAt, toGraph } from './view'

type Ends = readonly [from: PortRef, to: PortRef]
type Side = 'in' | 'out'

/** A link begins to be drawn: tell which ports take it. */
export function begin({ nodeId, handleId, handleType }: OnConnectStartParams): void {
  if (!nodeId || !handleId) return
  const from = { ...portAt({ node: nodeId, handle: handleId }), side: handleType === 'source' ? ('out' as const) : ('in' as const) }
  const inside = parent(from.name)
  const here = editable(inside)
  if (!here) return
  const linking = new Linking(here.level, here.known)
  const shape = from.side === 'out' ? linking.sourceShape(onLevel(from)) : linking.targetShape(onLevel(from))
  const kind = shape ? typeKind(linking.bindings.resolve(shape)) : 'other'
  useConnecting.setState({ from, inside, kind, valid: placed(inside, takers(linking, here, from)) })
}

/** The ports of a level that a link from one of them can go to. */
function takers(linking: Linking, { level, known }: Here, from: PortRef & { side: Side }): Set<string> {
  const { moved } = useConnecting.getState()
  if (from.side === 'out') return linking.targetsOf(onLevel(from))
  return moved.length > 1 ? commonSources(level, moved, known) : linking.sourcesOf(onLevel(from))
}

/** A link that was let go beside a handle goes to the card under it, else a node is added that takes it. */
export function end(event: MouseEvent | TouchEvent, { toHandle, isValid }: FinalConnectionState): void {
  const drawn = useConnecting.getState()
  // React Flow tells of a link that was made before this, so that nothing else asks what was moved.
  useConnecting.setState({ from: null, valid: null, moved: [] })
  const { from, moved } = drawn
  const place = pointOf(event)
  if (!from || !place) return
  const { clientX: x, clientY: y } = place
  if (toHandle) {
    const on = portAt({ node: toHandle.nodeId, handle: toHandle.id ?? '' })
    if (isValid === false) warn(refusal(from, on, toHandle.type === 'source' ? 'out' : 'in'))
    return
  }
  const position = toGraph(x, y)
  const on = portUnder(x, y, from)
  if (on) landOn(drawn, on)
  else if (moved.length === 1) void unlinkView(moved[0], drawn.inside)
  else if (moved.length === 0 && spotAt(position).inside !== drawn.inside) warn(t('canvas.acrossFrame'))
  else if (moved.length === 0) openAddNode({ position, from })
}

/** Where the pointer or finger was let go. */
const pointOf = (event: MouseEvent | TouchEvent) => ('clientX' in event ? event : event.changedTouches[0])

const warn = (text: string) => void notify({ kind: 'warn', text })

/** Link to the row of a port, or on the rest of a card to the port that takes the link. */
function landOn({ from, inside, valid, moved }: ReturnType<typeof useConnecting.getState>, on: PortRef): void {
  const here = editable(inside)
  if (!here || !from || !valid || on.name === from.name) return
  const side = from.side === 'out' ? 'in' : 'out'
  if (parent(on.name) !== inside || (on.port && !valid.has(textOf(on)))) return warn(refusal(from, on, side))
  const to = on.port ? on : landingOn(here, on.name, side, valid)
  if (to) join(from.side === 'out' ? [from, to] : [to, from], moved)
  else warn(t('canvas.noPortTakes', { name: nameOf(on.name) }))
}

/** The port of a card that takes a link. */
function landingOn({ level, known, inside }: Here, id: string, side: Side, valid: ReadonlySet<string>): PortRef | null {
  const to = landing(level, nameOf(id), side, { has: (text) => valid.has(within(inside, text)) }, known)
  return to && { ...to, name: id }
}

/** Make a link, or move those that are held. */
export function join(ends: Ends, moved = useConnecting.getState().moved): void {
  void (moved.length > 0 ? moveEnd(moved, ...ends) : connect(...ends))
}

export const endsOf = (one: Connection): Ends => [sourceOf(one), targetOf(one)]

/**
 * The card under a point of the page, with the port of its row if that is on the other side of the link. For a
 * link from inside of it a row of a frame is the port that it has inside.
 */
function portUnder(x: number, y: number, from: PortRef & { side: Side }): PortRef | null {
  const under = document.elementFromPoint(x, y)
  const name = dataOf(under, '[data-node]')['node']
  if (name === undefined) return null
  const { port = '', side } = dataOf(under, '.row[data-port]')
  if (parent(from.name) === name) return side === from.side ? { name: within(name, side === 'in' ? INPUTS : OUTPUTS), port } : null
  return { name, port: side && side !== from.side ? port : '' }
}

const dataOf = (element: Element | null, around: string): DOMStringMap => element?.closest<HTMLElement>(around)?.dataset ?? {}

/** Why a port does not take the link that is drawn. */
export function refusal(from: PortRef & { side: Side }, on: PortRef, side: Side): string {
  const here = editable(parent(from.name))
  if (!here || parent(on.name) !== here.inside) return t('canvas.acrossFrame')
  if (side === from.side) return t(side === 'in' ? 'canvas.bothInputs' : 'canvas.bothOutputs')
  const [source, target] = from.side === 'out' ? [from, on] : [on, from]
  const verdict = new Linking(here.level, here.known).check(onLevel(source), onLevel(target))
  if (verdict.ok) return t('canvas.notAll')
  if (verdict.code === 'through') return t('canvas.throughFrame')
  if (verdict.code === 'type') return t('canvas.misfit', { source: verdict.source, target: verdict.target })
  return verdict.code === 'circle' ? t('canvas.circle') : verdict.reason
}
