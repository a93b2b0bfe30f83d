/** Seeds that are typed into nodes rather than given as inputs of the graph, and drawing them anew. */

import { children, entry, type Path } from '../../graph/level'
import { fedPorts } from '../../graph/links'
import type { Catalogue } from '../../graph/ports'
import type { Graph, Instance, Operation } from '../../protocol'
import { readField, type Bounds } from '../../widgets/schema'
import { drawSeed } from '../../widgets/seeds'

/** A seed of a node. */
export interface SeedPlace {
  at: Path
  name: string
  port: string
  bounds: Bounds
}

/** Every seed of a graph that runs and has nothing linked to it, of its subgraphs too. */
export function seedPlaces(graph: Graph, catalogue: Catalogue, at: Path = ''): SeedPlace[] {
  const found: SeedPlace[] = []
  const fed = fedPorts(graph)
  for (const [name, instance] of Object.entries(graph.nodes ?? {})) {
    if (instance.mode) continue
    if (instance.graph) found.push(...seedPlaces(instance.graph, catalogue, children(at, name)))
    for (const { port, bounds } of seedPorts(instance, catalogue)) {
      if (!fed.get(name)?.has(port)) found.push({ at, name, port, bounds })
    }
  }
  return found
}

function seedPorts(instance: Instance, catalogue: Catalogue): { port: string; bounds: Bounds }[] {
  const ports = catalogue.nodes.get(instance.type ?? '')?.inputs ?? {}
  return Object.entries(ports).flatMap(([port, record]) => {
    const { form } = readField(record)
    const taken = entry(instance.links, port) !== undefined || instance.over?.includes(port)
    return form.kind === 'seed' && !taken ? [{ port, bounds: form.bounds }] : []
  })
}

/** Draw these seeds anew. */
export function drawn(places: readonly SeedPlace[]): Operation[] {
  return places.map(({ at, name, port, bounds }) => ({
    op: 'set_param',
    at,
    name,
    port,
    value: drawSeed(bounds),
  }))
}
