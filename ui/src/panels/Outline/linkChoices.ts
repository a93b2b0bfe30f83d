/** Which links can be made from or to an instance, for those who choose them from a list. */

import { entry, nameOf, splitPort } from '../../graph/level'
import { leaving } from '../../graph/drawn'
import { commonSources } from '../../graph/landing'
import { Linking } from '../../graph/linkable'
import { linksOf, sourcesOf, textOf, type PortRef } from '../../graph/links'
import { shapeOf, type Known } from '../../graph/ports'
import { typeKind, type TypeKind } from '../../graph/types'
import type { Graph } from '../../protocol'

/** The instance that is linked; `side` says which of its ports: its outputs, its inputs, or all links of an output. */
export interface LinkRequest {
  readonly path: string
  readonly side: 'in' | 'out' | 'move'
  /** Only this port. */
  readonly port: string
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
  if (request.side === 'move') return moveChoices(level, request, known)
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

/** The other outputs that all links of an output can come from. */
function moveChoices(level: Graph, { path, port }: LinkRequest, known: Known): LinkChoice[] {
  const own = { name: nameOf(path), port }
  const linking = new Linking(level, known)
  const record = entry(linking.ports(own.name)?.outputs, port)
  const others = [...commonSources(level, leaving(level, own, known), known)].filter((text) => text !== textOf(own)).map(splitPort)
  return others.map((other): LinkChoice => ({
    own,
    other,
    title: entry(level.nodes, other.name)?.title || other.name,
    kind: record ? typeKind(shapeOf(record)) : 'other',
    type: record?.type ?? '',
    there: false,
    replaces: '',
  }))
}

function replaced(level: Graph, target: PortRef, linking: Linking): string {
  const instance = entry(level.nodes, target.name)
  if (!instance || entry(linking.ports(target.name)?.inputs, target.port)?.variadic) return ''
  return sourcesOf(instance, target.port)[0] ?? ''
}

/** The choices in which every word of a query stands. */
export function filtered(choices: readonly LinkChoice[], query: string): LinkChoice[] {
  const words = query.toLocaleLowerCase().split(/[\s.]+/).filter(Boolean)
  return choices.filter((choice) => {
    const text = `${choice.own.port} ${choice.other.name} ${choice.title} ${choice.other.port}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}
