/** Whether a link can be made on a level: its types have to fit, and it must not close a circle. */

import type { Graph } from '../protocol'
import { entry } from './level'
import { INPUTS, linksOf, OUTPUTS, textOf, type LinkView, type PortRef } from './links'
import { Net } from './net'
import { interfaceOf, shapeOf, type Interface, type Known } from './ports'
import { Bindings, describe, isGeneric, ownedBy, UNKNOWN, type Shape } from './types'

/** Why a link can't be made; `source` and `target` are the types, for `type` alone. */
export interface Refused {
  ok: false
  code: 'type' | 'circle' | 'missing' | 'through'
  reason: string
  source: string
  target: string
}

export type Verdict = { ok: true } | Refused

/** Walks over the level at most to find all targets of a source. */
const WALKS = 32
const FINE: Verdict = { ok: true }
const CIRCLE: Refused = {
  ok: false,
  code: 'circle',
  reason: 'that would make a circle',
  source: '',
  target: '',
}

const THROUGH: Refused = {
  ok: false,
  code: 'through',
  reason: 'there has to be a node in between',
  source: '',
  target: '',
}

/** Whether a source can be linked to a target. To ask for many of one level, make a `Linking`. */
export function linkable(level: Graph, from: PortRef, to: PortRef, known: Known): Verdict {
  return new Linking(level, known).check(from, to)
}

/**
 * A level made ready to be asked which links can be made, as long as a link is dragged.
 *
 * To make it takes a walk over the level; then each question takes as long as the types are deep.
 */
export class Linking {
  readonly #level: Graph
  readonly #known: Known
  readonly #interfaces = new Map<string, Interface | null>()
  /** What was walked to last, each way. */
  readonly #reached = new Map<'up' | 'down', { of: string; reached: Uint8Array }>()
  readonly #given = new Map<string, Shape>()
  #net: Net | null = null
  #bindings: Bindings | null = null
  /** What was told last by `without`. */
  #lacking: { id: string; bindings: Bindings } | null = null

  constructor(level: Graph, known: Known) {
    this.#level = level
    this.#known = known
  }

  /** What variables stand for with the links that are there. */
  get bindings(): Bindings {
    this.#bindings ??= this.#bound(() => true)
    return this.#bindings
  }

  /** What variables would stand for if a link were not there. */
  without(gone: LinkView): Bindings {
    if (this.#lacking?.id !== gone.id) {
      this.#lacking = { id: gone.id, bindings: this.#bound((link) => link.id !== gone.id) }
    }
    return this.#lacking.bindings
  }

  /** The ports of an instance; null when nothing is known of them. */
  ports(name: string): Interface | null {
    const told = this.#interfaces.get(name)
    if (told !== undefined) return told
    const instance = entry(this.#level.nodes, name)
    const found = instance ? interfaceOf(instance, name, this.#known.catalogue, this.#known.interfaces) : null
    this.#interfaces.set(name, found)
    return found
  }

  /** Whether a source can be linked to a target, in place of what is linked there unless it takes several. */
  check(from: PortRef, to: PortRef): Verdict {
    const [source, target] = [this.sourceShape(from), this.targetShape(to)]
    if (!source || !target) return missing(source ? to : from)
    if (isThrough(from, to)) return THROUGH
    if (this.circles(from, to)) return CIRCLE
    if (this.#fits(source, target, this.bindings)) return FINE
    const replaced = isGeneric(source) || isGeneric(target) ? this.#replaced(to) : null
    if (replaced && this.#fits(source, target, this.without(replaced))) return FINE
    return misfit(this.bindings.resolve(source), this.bindings.resolve(target))
  }

  /**
   * The inputs, as `instance.port`, that an output can be linked to.
   *
   * Where a link would take another's place, only the level without that other may tell whether the types
   * fit. That takes a walk over the level; beyond some such inputs the others count as fitting, and `check`
   * tells.
   */
  targetsOf(from: PortRef): Set<string> {
    let walks = WALKS
    const all = Object.keys(this.#level.nodes ?? {}).flatMap((name) =>
      Object.keys(this.ports(name)?.inputs ?? {}).map((port) => ({ name, port })),
    )
    all.push(...(this.#known.border?.outputs ?? []).map((port) => ({ name: OUTPUTS, port })))
    return new Set(all.filter((to) => this.#mayLink(from, to, () => walks-- > 0)).map(textOf))
  }

  /** The outputs, as `instance.port`, that an input can be linked from. */
  sourcesOf(to: PortRef): Set<string> {
    this.#reach(to, 'down')
    const all = Object.keys(this.#level.nodes ?? {}).flatMap((name) =>
      Object.keys(this.ports(name)?.outputs ?? {}).map((port) => ({ name, port })),
    )
    all.push(...Object.keys(this.#known.border?.inputs ?? {}).map((port) => ({ name: INPUTS, port })))
    return new Set(all.filter((from) => this.#mayLink(from, to, () => true)).map(textOf))
  }

  /** Type of what comes out of a port; null when there is no such port. */
  sourceShape(from: PortRef): Shape | null {
    if (from.name === INPUTS) return this.#inputShape(from.port)
    return this.#shape(from, 'outputs')
  }

  /** Type of what a port takes; null when there is no such port. */
  targetShape(to: PortRef): Shape | null {
    return to.name === OUTPUTS ? UNKNOWN : this.#shape(to, 'inputs')
  }

  #mayLink(from: PortRef, to: PortRef, mayWalk: () => boolean): boolean {
    const [source, target] = [this.sourceShape(from), this.targetShape(to)]
    if (!source || !target || isThrough(from, to) || this.circles(from, to)) return false
    if (this.#fits(source, target, this.bindings)) return true
    const replaced = isGeneric(source) || isGeneric(target) ? this.#replaced(to) : null
    if (!replaced || !this.#fits(source, target, null)) return false
    return !mayWalk() || this.#fits(source, target, this.without(replaced))
  }

  #shape(port: PortRef, side: 'inputs' | 'outputs'): Shape | null {
    const instance = entry(this.#level.nodes, port.name)
    if (!instance) return null
    const ports = this.ports(port.name)
    if (!ports) return UNKNOWN
    const record = entry(ports[side], port.port)
    return record ? ownedBy(shapeOf(record), port.name) : null
  }

  /**
   * Type of a graph input: of the ports that it feeds one whose values fit the others; of one that feeds none
   * what the frame around the level says.
   */
  #inputShape(input: string): Shape | null {
    const told = this.#given.get(input)
    if (told) return told
    const declared = entry(this.#level.inputs, input)
    const outer = entry(this.#known.border?.inputs, input)
    if (!declared?.to?.length && outer) return outer
    if (!declared) return null
    const shapes = linksOf({ inputs: { [input]: declared } }).map(
      ({ target }) => this.targetShape(target) ?? UNKNOWN,
    )
    const found = shapes.reduce(
      (one, other) => (this.#fits(other, one, null) ? other : one),
      shapes[0] ?? UNKNOWN,
    )
    this.#given.set(input, found)
    return found
  }

  #fits(source: Shape, target: Shape, bindings: Bindings | null): boolean {
    return new Bindings(bindings).link(source, target, this.#known.catalogue.fits)
  }

  #bound(counts: (link: LinkView) => boolean): Bindings {
    const bindings = new Bindings()
    const { families = {}, catalogue } = this.#known
    for (const [owner, named] of Object.entries(families)) {
      for (const [name, family] of Object.entries(named))
        bindings.link({ family }, { var: name, owner }, catalogue.fits)
    }
    for (const link of this.#graph().ordered()) {
      const [source, target] = [this.sourceShape(link.source), this.targetShape(link.target)]
      if (source && target && counts(link)) bindings.link(source, target, catalogue.fits)
    }
    return bindings
  }

  /** The link whose place a new one would take. */
  #replaced(to: PortRef): LinkView | null {
    const ports = this.ports(to.name)
    if (!ports || entry(ports.inputs, to.port)?.variadic) return null
    const links = this.#graph().links.get(this.#graph().end(to)) ?? []
    return links.find((link) => link.target.port === to.port && link.target.name === to.name) ?? null
  }

  /** Whether what a link would feed is what it comes from. */
  circles(from: PortRef, to: PortRef): boolean {
    const net = this.#graph()
    const [begin, end] = [net.begin(from), net.end(to)]
    if (begin < 0 || end < 0) return false
    const down = this.#reached.get('down')
    if (down?.of === textOf(to)) return down.reached[begin] === 1
    return this.#reach(from, 'up')[end] === 1
  }

  #reach(port: PortRef, way: 'up' | 'down'): Uint8Array {
    const last = this.#reached.get(way)
    if (last?.of === textOf(port)) return last.reached
    const net = this.#graph()
    const reached = net.reach(way === 'up' ? net.begin(port) : net.end(port), way)
    this.#reached.set(way, { of: textOf(port), reached })
    return reached
  }

  #graph(): Net {
    this.#net ??= new Net(this.#level)
    return this.#net
  }
}

/** What a frame takes can't be what it gives: nothing inside would stand between. */
const isThrough = (from: PortRef, to: PortRef) => from.name === INPUTS && to.name === OUTPUTS

function misfit(from: Shape, to: Shape): Refused {
  const [source, target] = [describe(from), describe(to)]
  return { ok: false, code: 'type', reason: `${source} does not fit ${target}`, source, target }
}

function missing(port: PortRef): Refused {
  return { ok: false, code: 'missing', reason: `there is no ${textOf(port)}`, source: '', target: '' }
}
