/**
 * Port types: what may be linked to what, as `engine/declare/types.py` has it.
 *
 * Classes fit by the catalogue's table, a list fits a list whose items fit, arguments fit one by one, and a
 * variable fits anything once: what it met first it stands for in every other port of its instance. A type
 * that nobody has named fits, and is fitted by, everything; so does an unknown model family.
 */

import { entry, isRecord } from './level'

/** A type as a tree, as the server tells it. The owner of a variable is the instance whose it is. */
export type Shape = ClassShape | ListShape | VarShape | FamilyShape | UnknownShape

interface ClassShape extends Partial<Record<'list' | 'var' | 'family', undefined>> {
  class: string
  args?: readonly Shape[] | undefined
}
interface ListShape extends Partial<Record<'class' | 'var' | 'family', undefined>> {
  list: Shape
}
interface VarShape extends Partial<Record<'class' | 'list' | 'family', undefined>> {
  var: string
  owner?: string | undefined
}
interface FamilyShape extends Partial<Record<'class' | 'list' | 'var', undefined>> {
  family: string
}
type UnknownShape = Partial<Record<'class' | 'list' | 'var' | 'family', undefined>>

/** Class → the other classes of ports where it can be linked. */
export type Fits = ReadonlyMap<string, ReadonlySet<string>>

export const UNKNOWN: Shape = {}

/** What a type is drawn as; the name of its colour, `--type-<kind>`. */
export type TypeKind =
  | 'image'
  | 'mask'
  | 'latent'
  | 'conditioning'
  | 'model'
  | 'number'
  | 'text'
  | 'bool'
  | 'audio'
  | 'video'
  | 'list'
  | 'other'

/** Read a type from JSON; what is none is the type that nobody has named. */
export function readShape(tree: unknown): Shape {
  if (!isRecord(tree)) return UNKNOWN
  const { class: name, args, list, var: variable, family } = tree
  if (typeof name === 'string') {
    return Array.isArray(args) ? { class: name, args: args.map(readShape) } : { class: name }
  }
  if (list !== undefined) return { list: readShape(list) }
  if (typeof variable === 'string') {
    const owner = tree['owner']
    return typeof owner === 'string' ? { var: variable, owner } : { var: variable }
  }
  return typeof family === 'string' ? { family } : UNKNOWN
}

/** Give the variables of a type to an instance, so that two instances don't share them. */
export function ownedBy(shape: Shape, owner: string): Shape {
  if (shape.var !== undefined)
    return { var: shape.var, owner: shape.owner ? `${owner}/${shape.owner}` : owner }
  if (shape.list !== undefined) return { list: ownedBy(shape.list, owner) }
  if (shape.class !== undefined && shape.args?.length) {
    return { class: shape.class, args: shape.args.map((arg) => ownedBy(arg, owner)) }
  }
  return shape
}

/** Whether a type holds a variable. */
export function isGeneric(shape: Shape): boolean {
  if (shape.list !== undefined) return isGeneric(shape.list)
  if (shape.class !== undefined) return shape.args?.some(isGeneric) ?? false
  return shape.var !== undefined
}

/** Names of the variables of a type. */
export function variablesOf(shape: Shape): string[] {
  if (shape.list !== undefined) return variablesOf(shape.list)
  if (shape.class !== undefined) return (shape.args ?? []).flatMap(variablesOf)
  return shape.var === undefined ? [] : [shape.var]
}

/** A type as people say it: `Latent[sd1]`, `list of Image`, `anything`. */
export function describe(shape: Shape): string {
  if (shape.list !== undefined) return `list of ${describe(shape.list)}`
  if (shape.class !== undefined) {
    const inner = (shape.args ?? []).filter((arg) => !isUnknown(arg)).map(describe)
    const name = shortName(shape.class)
    return inner.length > 0 ? `${name}[${inner.join(', ')}]` : name
  }
  return shape.var ?? shape.family ?? 'anything'
}

/**
 * What the variables of a graph stand for, filled link by link.
 *
 * A child sees what its parent holds and writes to itself alone, so that a link can be tried.
 */
export class Bindings {
  readonly #bound = new Map<string, Shape>()
  readonly #parent: Bindings | null
  #trail: [string, Shape | undefined][] = []

  constructor(parent: Bindings | null = null) {
    this.#parent = parent
  }

  /** Try to link a source to a target; true when it fits. A link that doesn't fit changes nothing. */
  link(source: Shape, target: Shape, fits: Fits): boolean {
    const fit = this.#fit(source, target, fits)
    if (!fit) {
      for (const [key, before] of this.#trail.reverse()) {
        if (before === undefined) this.#bound.delete(key)
        else this.#bound.set(key, before)
      }
    }
    this.#trail = []
    return fit
  }

  /** Replace bound variables by what they stand for. */
  resolve(shape: Shape): Shape {
    const found = this.#resolve(shape)
    this.#trail = []
    return found
  }

  #resolve(shape: Shape): Shape {
    const head = this.#head(shape)
    if (head.list !== undefined) return { list: this.#resolve(head.list) }
    if (head.class !== undefined && head.args?.length) {
      return { class: head.class, args: head.args.map((arg) => this.#resolve(arg)) }
    }
    return head
  }

  #fit(one: Shape, other: Shape, fits: Fits): boolean {
    const source = this.#head(one)
    const target = this.#head(other)
    if (isUnknown(source) || isUnknown(target) || equal(source, target)) return true
    if (target.var !== undefined) return this.#bind(target, source)
    if (source.var !== undefined) return this.#bind(source, target)
    if (source.list !== undefined && target.list !== undefined)
      return this.#fit(source.list, target.list, fits)
    return source.class !== undefined && target.class !== undefined && this.#fitClass(source, target, fits)
  }

  #fitClass(source: ClassShape, target: ClassShape, fits: Fits): boolean {
    if (source.class !== target.class && !fits.get(source.class)?.has(target.class)) return false
    const taken = target.args ?? []
    return (source.args ?? []).every((arg, place) => this.#fit(arg, taken[place] ?? UNKNOWN, fits))
  }

  #bind(variable: VarShape, shape: Shape): boolean {
    if (this.#occurs(variable, shape)) return false
    this.#set(keyOf(variable), shape)
    return true
  }

  #occurs(variable: VarShape, shape: Shape): boolean {
    const head = this.#head(shape)
    if (head.list !== undefined) return this.#occurs(variable, head.list)
    if (head.class !== undefined) return head.args?.some((arg) => this.#occurs(variable, arg)) ?? false
    return head.var !== undefined && keyOf(head) === keyOf(variable)
  }

  /** Follow a variable to what it stands for, shortening the way for the next reader. */
  #head(shape: Shape): Shape {
    const passed: string[] = []
    let head = shape
    while (head.var !== undefined) {
      const key = keyOf(head)
      const found = this.#get(key)
      if (found === undefined) break
      passed.push(key)
      head = found
    }
    for (const key of passed.slice(0, -1)) this.#set(key, head)
    return head
  }

  #get(key: string): Shape | undefined {
    const found = this.#bound.get(key)
    return found === undefined && this.#parent ? this.#parent.#get(key) : found
  }

  #set(key: string, shape: Shape): void {
    this.#trail.push([key, this.#bound.get(key)])
    this.#bound.set(key, shape)
  }
}

/**
 * What the variables stand for once a source is linked to a target; null when it doesn't fit.
 *
 * For a try or two on top of what a level says; to link many, use `Bindings.link`.
 */
export function fits(
  source: Shape,
  target: Shape,
  catalogue: { readonly fits: Fits },
  bindings: Bindings | null = null,
): Bindings | null {
  const tried = new Bindings(bindings)
  return tried.link(source, target, catalogue.fits) ? tried : null
}

const KINDS: Readonly<Record<string, TypeKind>> = {
  Image: 'image',
  Mask: 'mask',
  SegMap: 'mask',
  Latent: 'latent',
  Latents: 'latent',
  Conditioning: 'conditioning',
  Cond: 'conditioning',
  Model: 'model',
  Denoiser: 'model',
  UNet: 'model',
  DiT: 'model',
  VAE: 'model',
  TextEncoder: 'model',
  ControlNet: 'model',
  Generator: 'model',
  Discriminator: 'model',
  Upscaler: 'model',
  EdgeDetector: 'model',
  DepthEstimator: 'model',
  PoseEstimator: 'model',
  Vocoder: 'model',
  int: 'number',
  float: 'number',
  str: 'text',
  bool: 'bool',
  Audio: 'audio',
  Mel: 'audio',
  Video: 'video',
}

/** What a type is drawn as: a list has the colour of its items, unless these have none of their own. */
export function typeKind(shape: Shape): TypeKind {
  if (shape.list !== undefined) {
    const kind = typeKind(shape.list)
    return kind === 'other' ? 'list' : kind
  }
  return (shape.class !== undefined && entry(KINDS, shortName(shape.class))) || 'other'
}

/** The form of a type's handles, so that colour is not all that tells them apart: any type is a diamond. */
export function handleShape(shape: Shape): 'circle' | 'square' | 'diamond' {
  if (shape.list !== undefined) return 'square'
  return shape.class === undefined ? 'diamond' : 'circle'
}

/** Name of a class without its module. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Whether nobody has named a type. */
export function isUnknown(shape: Shape): boolean {
  return (
    shape.class === undefined &&
    shape.list === undefined &&
    shape.var === undefined &&
    shape.family === undefined
  )
}

function keyOf(variable: VarShape): string {
  return `${variable.owner ?? ''}.${variable.var}`
}

function equal(one: Shape, other: Shape): boolean {
  if (one === other) return true
  if (one.class !== undefined) return other.class === one.class && equalAll(one.args ?? [], other.args ?? [])
  if (one.list !== undefined) return other.list !== undefined && equal(one.list, other.list)
  if (one.var !== undefined) return other.var !== undefined && keyOf(one) === keyOf(other)
  return one.family === undefined ? isUnknown(other) : one.family === other.family
}

function equalAll(some: readonly Shape[], others: readonly Shape[]): boolean {
  return some.length === others.length && some.every((shape, place) => equal(shape, others[place] ?? UNKNOWN))
}
