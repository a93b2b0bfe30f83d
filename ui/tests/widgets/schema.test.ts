import { describe, expect, test } from 'vitest'
import type { InputPortRecord } from '../../src/protocol'
import { readField } from '../../src/widgets/schema'

function port(schema: InputPortRecord['schema'], rest: Partial<InputPortRecord> = {}): InputPortRecord {
  return {
    type: 'str', shape: {}, help: '', required: false, optional: false, variadic: false, lazy: false, param: true,
    schema, ...rest,
  }
}

describe('the form of a port', () => {
  test.each([
    ['a number', { type: 'number', minimum: 0, maximum: 1 }, 'number'],
    ['an integer', { type: 'integer' }, 'number'],
    ['a seed', { type: 'integer', widget: 'seed', minimum: 0 }, 'seed'],
    ['a choice of texts', { type: 'string', enum: ['a', 'b'] }, 'choice'],
    ['a choice of numbers', { type: 'integer', enum: [8, 16] }, 'choice'],
    ['a choice of one', { type: 'string', const: 'a' }, 'choice'],
    ['yes or no', { type: 'boolean' }, 'switch'],
    ['one line', { type: 'string', maxLength: 20 }, 'line'],
    ['many lines', { type: 'string', widget: 'text' }, 'text'],
    ['a colour', { type: 'string', widget: 'colour', pattern: '^#' }, 'colour'],
    ['a file', { type: 'string', widget: 'file', root: 'files', suffixes: ['.png'] }, 'file'],
    ['a model', { type: 'string', widget: 'file', root: 'models', suffixes: [] }, 'model'],
    ['a list', { type: 'array', items: { type: 'string' } }, 'list'],
    ['a curve', { type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } }, 'curve'],
    ['something unheard of', { type: 'object' }, 'json'],
    ['a list of something unheard of', { type: 'array', items: { type: 'object' } }, 'json'],
  ])('%s', (_, schema, kind) => {
    expect(readField(port(schema)).form.kind).toBe(kind)
  })

  test('keeps the bounds, and whether they are excluded', () => {
    const { form } = readField(port({ type: 'number', exclusiveMinimum: 0, maximum: 10 }))
    expect(form).toEqual({ kind: 'number', bounds: { min: 0, max: 10, aboveMin: true, belowMax: false, whole: false } })
  })

  test('reads "or null" as a value that may be absent', () => {
    const field = readField(port({ anyOf: [{ type: 'number', maximum: 1 }, { type: 'null' }], default: null }))
    expect(field).toMatchObject({ nullable: true, fallback: null, form: { kind: 'number', bounds: { max: 1 } } })
  })

  test('keeps hints that stand beside "or null"', () => {
    const field = readField(port({ anyOf: [{ type: 'string' }, { type: 'null' }], widget: 'text' }))
    expect(field.form.kind).toBe('text')
  })

  test('a port of many links takes a list of values', () => {
    const { form } = readField(port({ type: 'string', widget: 'text' }, { variadic: true }))
    expect(form).toEqual({ kind: 'list', item: { kind: 'text' } })
  })

  test('tells folders from files by the port’s type', () => {
    const schema = { type: 'string', widget: 'file', root: 'files', suffixes: ['.png'] }
    expect(readField(port(schema, { type: 'Folder' })).form).toMatchObject({ folder: true })
    expect(readField(port(schema, { type: 'File' })).form).toMatchObject({ folder: false })
  })
})
