/** What flows out of ports whose type is that of what flows in, such as those of a reroute point. */

import type { Graph, Instance } from '../protocol'
import { entry, splitPort } from './level'
import { INPUTS, sourcesOf, textOf, type PortRef } from './links'
import { interfaceOf, shapeOf, type Interface, type Known } from './ports'
import { typeKind, UNKNOWN, type Shape, type TypeKind } from './types'

export interface Flow {
  readonly kind: TypeKind
  readonly list: boolean
}

const NOTHING: Flow = { kind: 'other', list: false }

/** Follows the links of one level up to where a type is said. */
export class Flowing {
  readonly #level: Graph
  readonly #known: Known
  readonly #told = new Map<string, Flow>()

  constructor(level: Graph, known: Known) {
    this.#level = level
    this.#known = known
  }

  /** What flows out of a port; `other` where nothing says it. */
  outOf(port: PortRef): Flow {
    const text = textOf(port)
    const told = this.#told.get(text)
    if (told) return told
    this.#told.set(text, NOTHING) // what a circle comes back to
    const flow = this.#find(port)
    this.#told.set(text, flow)
    return flow
  }

  #find({ name, port }: PortRef): Flow {
    if (name === INPUTS) return flowOf(entry(this.#known.border?.inputs, port) ?? UNKNOWN)
    const instance = entry(this.#level.nodes, name)
    const face = instance && interfaceOf(instance, name, this.#known.catalogue, this.#known.interfaces)
    const record = face && entry(face.outputs, port)
    if (!record) return NOTHING
    const shape = shapeOf(record)
    const own = flowOf(shape)
    const variable = variableOf(shape)
    const flow = variable === undefined ? null : this.#into(instance, face, variable)
    return flow ? { kind: flow.kind, list: own.list || flow.list } : own
  }

  /** What flows into the inputs whose type is a variable. */
  #into(instance: Instance, face: Interface, variable: string): Flow | null {
    for (const [input, taken] of Object.entries(face.inputs)) {
      const shape = shapeOf(taken)
      const [source] = variableOf(shape) === variable ? sourcesOf(instance, input) : []
      const flow = source === undefined ? NOTHING : this.outOf(splitPort(source))
      if (flow.kind !== 'other') return { kind: flow.kind, list: flow.list && shape.list === undefined }
    }
    return null
  }
}

const flowOf = (shape: Shape): Flow => ({ kind: typeKind(shape), list: shape.list !== undefined })

/** The variable that a type is, or a list of. */
const variableOf = (shape: Shape): string | undefined => shape.var ?? shape.list?.var
