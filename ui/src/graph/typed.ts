import type { Instance, JsonValue } from '../protocol'
import { entry } from './level'
import { isLink } from './links'
import { LOOP } from './ports'

/** What is typed into a port; of a loop also the value that it starts from. */
export function typedValue(instance: Instance, port: string): JsonValue | undefined {
  const value = entry(instance.params, port)
  if (value !== undefined || instance.type !== LOOP) return value
  const start = entry(instance.carry, port) ?? entry({ count: instance.count, items: instance.items }, port)
  return start === undefined || start === null || isLink(start) ? undefined : (start as JsonValue)
}
