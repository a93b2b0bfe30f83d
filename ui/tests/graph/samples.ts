/**
 * Graphs and nodes that several tests use; the catalogue is the engine's own word on `tests/graph/nodes.py`.
 */

import { catalogueOf, type Interface, type Known } from '../../src/graph/ports'
import type { CatalogueRecord, Graph } from '../../src/protocol'
import record from './fixtures/catalogue.json'
import linked from './fixtures/links.json'

export const CATALOGUE = catalogueOf(record as unknown as CatalogueRecord)
export const KNOWN: Known = { catalogue: CATALOGUE, interfaces: {} }

/** A graph with subgraph, loop and lifted instance, and what the server says of these. */
export const GRAPH = linked.graph as unknown as Graph
export const KNOWN_GRAPH: Known = {
  catalogue: CATALOGUE,
  interfaces: linked.interfaces as unknown as Record<string, Interface>,
}

/** A chain of instances, each reading the one before. */
export function chain(length: number): Graph {
  const nodes: NonNullable<Graph['nodes']> = { n0: { type: 't.pass' } }
  for (let place = 1; place < length; place += 1) {
    nodes[`n${place}`] = { type: 't.pass', links: { value: `n${place - 1}.out` } }
  }
  return { nodes }
}

/** An instance that all others read. */
export function star(length: number): Graph {
  const nodes: NonNullable<Graph['nodes']> = { hub: { type: 't.number' } }
  for (let place = 1; place < length; place += 1)
    nodes[`n${place}`] = { type: 't.pass', links: { value: 'hub.out' } }
  return { nodes }
}

/** Freeze a tree all the way down, so that writing to it throws. */
export function frozen<T>(tree: T): T {
  if (typeof tree === 'object' && tree !== null) {
    Object.values(tree).forEach(frozen)
    Object.freeze(tree)
  }
  return tree
}

/** Count how often properties of a graph's instances are read while something is done. */
export function reads(graph: Graph, act: (counted: Graph) => unknown): number {
  let count = 0
  const counted = <T extends object>(tree: T): T =>
    new Proxy(tree, {
      get(target, key, receiver): unknown {
        count += 1
        const value: unknown = Reflect.get(target, key, receiver)
        return typeof value === 'object' && value !== null ? counted(value) : value
      },
    })
  const nodes = Object.fromEntries(
    Object.entries(graph.nodes ?? {}).map(([name, one]) => [name, counted(one)]),
  )
  act({ ...graph, nodes })
  return count
}
