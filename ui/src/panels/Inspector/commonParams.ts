/** What several instances have in common: params of one name and one kind, with their values. */

import { entry } from '../../graph/level'
import { fedPorts, sourcesOf } from '../../graph/links'
import { interfaceOf, type Known } from '../../graph/ports'
import type { Graph, InputPortRecord, JsonValue } from '../../protocol'

export interface CommonParam {
  readonly port: string
  readonly record: InputPortRecord
  /** The value that all of them hold; undefined when they hold their defaults, or different ones. */
  readonly value: JsonValue | undefined
  /** Whether they hold different values. */
  readonly mixed: boolean
}

/** The params that every one of some instances has, none of them linked or set by an input of the graph. */
export function commonParams(level: Graph, names: readonly string[], known: Known): CommonParam[] {
  const fed = fedPorts(level)
  const faces = names.map((name) => {
    const instance = entry(level.nodes, name)
    return { instance, fed: fed.get(name), face: instance && interfaceOf(instance, name, known.catalogue, known.interfaces) }
  })
  const [first] = faces
  return Object.entries(first?.face?.inputs ?? {}).flatMap(([port, record]): CommonParam[] => {
    const everywhere = faces.every(({ instance, face, fed: set }) => {
      const other = entry(face?.inputs, port)
      return instance && other && alike(record, other) && !set?.has(port) && sourcesOf(instance, port).length === 0
    })
    if (!record.param || !everywhere) return []
    const values = faces.map(({ instance }) => entry(instance?.params, port))
    const mixed = values.some((value) => JSON.stringify(value) !== JSON.stringify(values[0]))
    return [{ port, record, value: mixed ? undefined : values[0], mixed }]
  })
}

/** Whether two ports take the same values; their defaults and texts may differ. */
function alike(one: InputPortRecord, other: InputPortRecord): boolean {
  return one === other || (other.param && asked(one) === asked(other))
}

function asked({ schema, type }: InputPortRecord): string {
  const limits = { ...schema }
  for (const field of ['default', 'title', 'description']) Reflect.deleteProperty(limits, field)
  return `${type} ${JSON.stringify(Object.entries(limits).sort())}`
}
