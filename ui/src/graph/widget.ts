/** Which kind of widget a JSON Schema asks for, as far as the size of its row goes. */

import { isRecord } from './level'

/** Kinds of widget; those named by the schema's `widget` are taken as they are. */
export type Widget = string

/** The kind of widget for a schema: its own hint, else by its type; null stands aside. */
export function widgetOf(schema: Readonly<Record<string, unknown>>): Widget {
  if (typeof schema['widget'] === 'string') return schema['widget']
  if (Array.isArray(schema['enum'])) return 'choice'
  switch (schema['type']) {
    case 'array':
      return 'list'
    case 'boolean':
      return 'switch'
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
      return 'line'
  }
  const choices = Array.isArray(schema['anyOf']) ? (schema['anyOf'] as unknown[]) : []
  const given = choices.find((choice) => isRecord(choice) && choice['type'] !== 'null')
  return isRecord(given) ? widgetOf(given) : 'none'
}
