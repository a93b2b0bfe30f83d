/** The links of a level as far as they are drawn, and which of them a press on a port takes hold of. */

import type { Graph } from '../protocol'
import { entry } from './level'
import { linksOf, OUTPUTS, textOf, type LinkView, type PortRef } from './links'
import { isVariadic, type Known } from './ports'

/** The links that are drawn: those with a level's own inputs and outputs only where a frame has ports for them. */
export function drawnLinks(level: Graph, known: Known): LinkView[] {
  const links = linksOf(level)
  return known.border ? links : links.filter(({ kind }) => kind !== 'input' && kind !== 'output')
}

/** The link that is pulled out of an input by dragging it; of an input that takes several none is. */
export function pulled(level: Graph, to: PortRef, known: Known): LinkView | null {
  const instance = entry(level.nodes, to.name)
  if (to.name !== OUTPUTS && (!instance || isVariadic(instance, to, known))) return null
  return drawnLinks(level, known).find(({ target }) => textOf(target) === textOf(to)) ?? null
}

/** The links that begin at an output, as far as they are drawn. */
export function leaving(level: Graph, from: PortRef, known: Known): LinkView[] {
  return drawnLinks(level, known).filter(({ source }) => textOf(source) === textOf(from))
}
