/** What a port's JSON Schema asks to be typed in: the one place that reads schemas. */

import type { InputPortRecord, JsonValue } from '../protocol'

/** The numbers that a number may be. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
  /** Whether `min` itself is too small. */
  readonly aboveMin?: boolean
  /** Whether `max` itself is too large. */
  readonly belowMax?: boolean
  /** The number is a multiple of it. */
  readonly multiple?: number
  /** Whether it has no fraction. */
  readonly whole: boolean
}

/** A kind of control, with what it needs to know. */
export type Form =
  | { readonly kind: 'number' | 'seed'; readonly bounds: Bounds }
  | { readonly kind: 'switch' | 'curve' | 'json' }
  | { readonly kind: 'choice'; readonly options: readonly JsonValue[] }
  | { readonly kind: 'line' | 'text' | 'colour'; readonly maxLength?: number; readonly pattern?: string }
  | { readonly kind: 'file'; readonly suffixes: readonly string[]; readonly folder: boolean }
  | {
      readonly kind: 'model'
      readonly suffixes: readonly string[]
      readonly folder: boolean
      readonly kinds: readonly string[]
      readonly families: readonly string[]
    }
  | { readonly kind: 'list'; readonly item: Form }

/** The form of a kind. */
export type FormOf<K extends Form['kind'], F extends Form = Form> = F extends Form
  ? K extends F['kind'] ? F : never
  : never

/** A control and what holds for its value as a whole. */
export interface Field {
  readonly form: Form
  /** Whether null, "not given", is a value too. */
  readonly nullable: boolean
  /** Whether there has to be a value. */
  readonly required: boolean
  /** The value that holds while none is typed in. */
  readonly fallback: JsonValue | undefined
}

type Schema = Readonly<Record<string, JsonValue>>

/** The field of a port. */
export function readField(port: InputPortRecord): Field {
  const [schema, nullable] = withoutNull(port.schema)
  const folder = port.type.includes('Folder')
  const form = readForm(schema, folder)
  return {
    form: port.variadic && form.kind !== 'list' ? { kind: 'list', item: form } : form,
    nullable: nullable || port.optional,
    required: port.required,
    fallback: port.schema.default,
  }
}

/** The form of a schema. */
export function readForm(schema: Schema, folder = false): Form {
  const options = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (Array.isArray(options)) return { kind: 'choice', options }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return { kind: schema.widget === 'seed' ? 'seed' : 'number', bounds: readBounds(schema) }
    case 'boolean':
      return { kind: 'switch' }
    case 'string':
      return readText(schema, folder)
    case 'array':
      return readList(schema, folder)
    default:
      return { kind: 'json' }
  }
}

function withoutNull(schema: Schema): [Schema, boolean] {
  if (!Array.isArray(schema.anyOf)) return [schema, false]
  const forms = schema.anyOf.filter(isSchema)
  const others = forms.filter((form) => form.type !== 'null')
  const hints = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'anyOf'))
  const [only] = others
  const chosen = others.length === 1 && only ? { ...only, ...hints } : hints
  return [chosen, others.length < forms.length]
}

function readBounds(schema: Schema): Bounds {
  const least = number(schema.exclusiveMinimum)
  const most = number(schema.exclusiveMaximum)
  return {
    ...has('min', least ?? number(schema.minimum)),
    ...has('max', most ?? number(schema.maximum)),
    ...has('multiple', number(schema.multipleOf)),
    aboveMin: least !== undefined,
    belowMax: most !== undefined,
    whole: schema.type === 'integer',
  }
}

function readText(schema: Schema, folder: boolean): Form {
  if (schema.widget === 'file') {
    const suffixes = texts(schema.suffixes)
    if (schema.root !== 'models') return { kind: 'file', suffixes, folder }
    return { kind: 'model', suffixes, folder, kinds: texts(schema.kinds), families: texts(schema.families) }
  }
  const kind = schema.widget === 'text' ? 'text' : schema.widget === 'colour' ? 'colour' : 'line'
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : undefined
  return { kind, ...has('maxLength', number(schema.maxLength)), ...has('pattern', pattern) }
}

function readList(schema: Schema, folder: boolean): Form {
  const items = isSchema(schema.items) ? schema.items : undefined
  if (!items) return { kind: 'json' }
  if (schema.widget === 'curve' || isPair(items)) return { kind: 'curve' }
  const hints = schema.widget === 'file' ? { widget: 'file', root: schema.root, suffixes: schema.suffixes, kinds: schema.kinds, families: schema.families } : {}
  const item = readForm({ ...items, ...(hints as Schema) }, folder)
  return item.kind === 'json' ? { kind: 'json' } : { kind: 'list', item }
}

function isPair(schema: Schema): boolean {
  if (schema.type !== 'array') return false
  const two = schema.minItems === 2 && schema.maxItems === 2
  const places = Array.isArray(schema.prefixItems) ? schema.prefixItems : [schema.items]
  return two && places.every((place) => isSchema(place) && place.type === 'number')
}

function isSchema(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function number(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function has<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
