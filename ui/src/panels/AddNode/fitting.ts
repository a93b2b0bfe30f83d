/** Which port of a node a link that was dropped would go to. */

import { entry } from '../../graph/level'
import { Linking } from '../../graph/linkable'
import { shapeOf, type Catalogue, type Interface, type Known } from '../../graph/ports'
import { Bindings, isGeneric, isUnknown, ownedBy, type Shape } from '../../graph/types'
import type { Graph, InputPortRecord, OutputPortRecord } from '../../protocol'
import type { LinkFrom } from './store'

/** A link with one end free. */
export interface Loose {
  readonly from: LinkFrom
  /** Type of the end that is held. */
  readonly shape: Shape
  readonly bindings: Bindings
}

/** Owner of the variables of a node that is not there yet; no instance is called like this. */
const NEW = '.new'

/** The link that begins or ends at a port of a level; null when there is no such port. */
export function looseLink(level: Graph, from: LinkFrom, known: Known): Loose | null {
  const linking = new Linking(level, known)
  const shape = from.side === 'out' ? linking.sourceShape(from) : linking.targetShape(from)
  return shape && { from, shape, bindings: linking.bindings }
}

/**
 * The port of a node that the free end of a link goes to; null when none takes it.
 *
 * Of several, one that says its type goes before one that takes anything, then one of the same name, then one
 * that must be given, then the first.
 */
export function fittingPort(face: Pick<Interface, 'inputs' | 'outputs'>, link: Loose, catalogue: Catalogue): string | null {
  const ports: Readonly<Record<string, InputPortRecord | OutputPortRecord>> =
    link.from.side === 'out' ? face.inputs : face.outputs
  const names = Object.keys(ports).filter((name) => {
    const port = entry(ports, name)
    return port !== undefined && fitsThere(port, link, catalogue)
  })
  const rank = (name: string) => rankOf(name, ports[name], link)
  return names.sort((one, other) => rank(other) - rank(one))[0] ?? null
}

function fitsThere(port: InputPortRecord | OutputPortRecord, link: Loose, catalogue: Catalogue): boolean {
  const shape = ownedBy(shapeOf(port), NEW)
  const [source, target] = link.from.side === 'out' ? [link.shape, shape] : [shape, link.shape]
  return new Bindings(link.bindings).link(source, target, catalogue.fits)
}

function rankOf(name: string, port: InputPortRecord | OutputPortRecord | undefined, link: Loose): number {
  if (!port) return -1
  const shape = shapeOf(port)
  const said = !isUnknown(shape) && shape.var === undefined
  const exact = said && !isGeneric(shape)
  const same = name === link.from.port
  const required = 'required' in port && port.required
  return Number(said) * 8 + Number(exact) * 4 + Number(same) * 2 + Number(required)
}
