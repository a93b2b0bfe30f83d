/** Wiring without a pointer: which ports a node's ports can be linked to. */

import { create } from 'zustand'
import { entry, nameOf, parent, splitPort } from '../../graph/level'
import { Linking } from '../../graph/linkable'
import { linksOf, sourcesOf, textOf, type PortRef } from '../../graph/links'
import { link } from '../../graph/operations'
import { shapeOf, type Known } from '../../graph/ports'
import { typeKind, type TypeKind } from '../../graph/types'
import { t } from '../../i18n/t'
import type { Graph } from '../../protocol'
import { announce } from '../../shell/announce'
import { activeGraph, edit, enterLevel, useGraphs } from '../../stores/graphs'

/** The instance that is linked; `side` says which of its ports: its outputs, or its inputs. */
export interface LinkRequest {
  readonly path: string
  readonly side: 'in' | 'out'
  /** Only this port. */
  readonly port: string
}

export const useLinkTo = create<{ readonly request: LinkRequest | null }>(() => ({ request: null }))

/** Ask which port to link an instance to, or from. Its level is shown, whose ports are then known. */
export function openLinkTo(path: string, side: 'in' | 'out', port = ''): void {
  const graph = activeGraph()
  if (!graph) return
  if (graph.at !== parent(path)) enterLevel(useGraphs.getState().active, parent(path))
  useLinkTo.setState({ request: { path, side, port } })
}

export function closeLinkTo(): void {
  useLinkTo.setState({ request: null })
}

/** A link that can be made. */
export interface LinkChoice {
  readonly own: PortRef
  readonly other: PortRef
  /** Title of the instance at the other end. */
  readonly title: string
  readonly kind: TypeKind
  readonly type: string
  /** Whether it is there already. */
  readonly there: boolean
  /** What is linked there now and would go; empty when nothing is. */
  readonly replaces: string
}

/** Every link that can be made from the outputs, or into the inputs, of an instance, in the order of its ports. */
export function linkChoices(level: Graph, request: LinkRequest, known: Known): LinkChoice[] {
  const linking = new Linking(level, known)
  const name = nameOf(request.path)
  const ports = linking.ports(name)
  if (!ports) return []
  const made = new Set(linksOf(level).map(({ source, target }) => `${textOf(source)}>${textOf(target)}`))
  const own = Object.entries(request.side === 'out' ? ports.outputs : ports.inputs)
  return own
    .filter(([port]) => request.port === '' || port === request.port)
    .flatMap(([port, record]) => {
      const from = { name, port }
      const others = request.side === 'out' ? linking.targetsOf(from) : linking.sourcesOf(from)
      return [...others].map((text): LinkChoice => {
        const other = splitPort(text)
        const [source, target] = request.side === 'out' ? [from, other] : [other, from]
        return {
          own: from,
          other,
          title: entry(level.nodes, other.name)?.title || other.name,
          kind: typeKind(shapeOf(record)),
          type: record.type,
          there: made.has(`${textOf(source)}>${textOf(target)}`),
          replaces: replaced(level, target, linking),
        }
      })
    })
}

function replaced(level: Graph, target: PortRef, linking: Linking): string {
  const instance = entry(level.nodes, target.name)
  if (!instance || entry(linking.ports(target.name)?.inputs, target.port)?.variadic) return ''
  return sourcesOf(instance, target.port)[0] ?? ''
}

/** Make a link that was chosen. */
export async function makeLink(session: string, level: Graph, at: string, known: Known, side: 'in' | 'out', choice: LinkChoice): Promise<void> {
  const [source, target] = side === 'out' ? [choice.own, choice.other] : [choice.other, choice.own]
  const done = await edit(session, link(level, source, target, known, at))
  if (done) announce(t('left.linked', { source: textOf(source), target: textOf(target) }))
}
