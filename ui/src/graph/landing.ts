/** Which port a link means that is let go on a card, and which links are pulled by a port. */

import type { Graph } from '../protocol'
import { entry } from './level'
import { fedPorts, INPUTS, sourcesOf, textOf, type LinkView, type PortRef } from './links'
import { Linking } from './linkable'
import type { Known } from './ports'

export type Side = 'in' | 'out'

/**
 * The port of an instance that a link goes to which was let go on its card: the first that takes it and has
 * nothing yet, else the first that takes it. Null when none does.
 */
export function landing(level: Graph, name: string, side: Side, valid: Pick<ReadonlySet<string>, 'has'>, known: Known): PortRef | null {
  const ports = new Linking(level, known).ports(name)
  const instance = entry(level.nodes, name)
  if (!ports || !instance) return null
  const fits = Object.keys(side === 'in' ? ports.inputs : ports.outputs).filter((port) => valid.has(`${name}.${port}`))
  const fed = fedPorts(level).get(name)
  const free = side === 'in' ? fits.find((port) => sourcesOf(instance, port).length === 0 && !fed?.has(port)) : fits[0]
  const port = free ?? fits[0]
  return port === undefined ? null : { name, port }
}

/** The outputs of instances, as `instance.port`, that all of some links can come from. */
export function commonSources(level: Graph, links: readonly LinkView[], known: Known): Set<string> {
  const linking = new Linking(level, known)
  const [first, ...others] = new Map(links.map(({ target }) => [textOf(target), target])).values()
  if (!first) return new Set()
  const sets = others.map((to) => linking.sourcesOf(to))
  return new Set([...linking.sourcesOf(first)].filter((text) => !text.startsWith(`${INPUTS}.`) && sets.every((set) => set.has(text))))
}
