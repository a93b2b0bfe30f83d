/**
 * What feeds what on a level, with the graphs inside its instances.
 *
 * A plain instance is one vertex. An embedded subgraph has a vertex for each of its ports, so that only a
 * real circle through it is one; in a loop a vertex in the middle lets all outputs wait for all inputs. Of a
 * graph in a file nothing is known here: it counts as a plain instance.
 */

import type { Graph } from '../protocol'
import { INPUTS, linksOf, OUTPUTS, textOf, type LinkView, type PortRef } from './links'
import { LOOP } from './ports'

/** Ends of the links of one level. */
interface Scope {
  level: Graph
  holder: Scope | null
  name: string
  plain: Map<string, number>
  ins: Map<string, number>
  outs: Map<string, number>
}

/** Vertices, and the links of the level itself by the vertex where they end. */
export class Net {
  readonly after: number[][] = []
  /** Vertex → the level's own links that end there. */
  readonly links = new Map<number, LinkView[]>()
  readonly #top: Scope

  constructor(level: Graph) {
    this.#top = scope(level, null, '')
    const scopes = [this.#top]
    for (const each of scopes) for (const inner of this.#number(each)) scopes.push(inner)
    for (const each of scopes) this.#lead(each)
  }

  /** The vertex where links into a port end; -1 when the instance is not there. */
  end(port: PortRef): number {
    return endOf(this.#top, port)
  }

  /** The vertex where links from a port begin; -1 when the instance is not there. */
  begin(port: PortRef): number {
    return beginOf(this.#top, port)
  }

  /** All vertices that can be come to from one, itself included: 1 where it is so. */
  reach(from: number, way: 'up' | 'down'): Uint8Array {
    const edges = way === 'down' ? this.after : this.#before()
    const reached = new Uint8Array(this.after.length)
    const waiting = from < 0 ? [] : [from]
    if (from >= 0) reached[from] = 1
    for (let vertex = waiting.pop(); vertex !== undefined; vertex = waiting.pop()) {
      for (const next of edges[vertex] ?? []) {
        if (reached[next]) continue
        reached[next] = 1
        waiting.push(next)
      }
    }
    return reached
  }

  /** The level's links, each after those in front of its source; those of circles come last. */
  ordered(): LinkView[] {
    const waiting = new Int32Array(this.after.length)
    for (const targets of this.after)
      for (const target of targets) waiting[target] = (waiting[target] ?? 0) + 1
    const order = [...waiting.keys()].filter((vertex) => waiting[vertex] === 0)
    for (const vertex of order) {
      for (const target of this.after[vertex] ?? []) {
        waiting[target] = (waiting[target] ?? 0) - 1
        if (waiting[target] === 0) order.push(target)
      }
    }
    const left = [...waiting.keys()].filter((vertex) => (waiting[vertex] ?? 0) > 0)
    return [...order, ...left].flatMap((vertex) => this.links.get(vertex) ?? [])
  }

  #backward: number[][] | null = null

  #before(): number[][] {
    if (this.#backward) return this.#backward
    const before = this.after.map((): number[] => [])
    this.after.forEach((targets, vertex) => {
      for (const target of targets) before[target]?.push(vertex)
    })
    this.#backward = before
    return before
  }

  #vertex(): number {
    return this.after.push([]) - 1
  }

  #edge(from: number, to: number): void {
    if (from >= 0 && to >= 0) this.after[from]?.push(to)
  }

  /** Make the vertices of a level; returns the levels inside it whose own links count. */
  #number(outer: Scope): Scope[] {
    const inner: Scope[] = []
    for (const [name, instance] of Object.entries(outer.level.nodes ?? {})) {
      const graph = instance.graph
      if (!graph) {
        outer.plain.set(name, this.#vertex())
        continue
      }
      for (const port of Object.keys(graph.inputs ?? {}))
        outer.ins.set(textOf({ name, port }), this.#vertex())
      for (const port of Object.keys(graph.outputs ?? {}))
        outer.outs.set(textOf({ name, port }), this.#vertex())
      if (instance.type === LOOP) this.#middle(outer, name, graph)
      else inner.push(scope(graph, outer, name))
    }
    return inner
  }

  #middle(outer: Scope, name: string, body: Graph): void {
    const middle = this.#vertex()
    outer.plain.set(name, middle)
    for (const port of Object.keys(body.inputs ?? {})) this.#edge(endOf(outer, { name, port }), middle)
    for (const port of Object.keys(body.outputs ?? {})) this.#edge(middle, beginOf(outer, { name, port }))
  }

  /** Lead the links of a level from vertex to vertex, and those across its border. */
  #lead(inner: Scope): void {
    for (const link of linksOf(inner.level)) {
      const from =
        link.source.name === INPUTS ? border(inner, link.source, endOf) : beginOf(inner, link.source)
      const to =
        link.target.name === OUTPUTS ? border(inner, link.target, beginOf) : endOf(inner, link.target)
      this.#edge(from, to)
      if (inner === this.#top && to >= 0) push(this.links, to, link)
    }
  }
}

function scope(level: Graph, holder: Scope | null, name: string): Scope {
  return { level, holder, name, plain: new Map(), ins: new Map(), outs: new Map() }
}

function border(inner: Scope, port: PortRef, find: (outer: Scope, port: PortRef) => number): number {
  return inner.holder ? find(inner.holder, { name: inner.name, port: port.port }) : -1
}

function endOf(level: Scope, port: PortRef): number {
  return level.ins.get(textOf(port)) ?? level.plain.get(port.name) ?? -1
}

function beginOf(level: Scope, port: PortRef): number {
  return level.outs.get(textOf(port)) ?? level.plain.get(port.name) ?? -1
}

function push(table: Map<number, LinkView[]>, vertex: number, link: LinkView): void {
  const links = table.get(vertex)
  if (links) links.push(link)
  else table.set(vertex, [link])
}
