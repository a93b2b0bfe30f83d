// Turns the wire's JSON Schema (stdin) into TypeScript: node types.mjs FILE, or with --check compares only.

import { readFileSync, writeFileSync } from 'node:fs'
import { text as all } from 'node:stream/consumers'
import { compile } from 'json-schema-to-typescript'

const [file, check] = process.argv.slice(2)
const { constants, ...schema } = JSON.parse(await all(process.stdin))

const types = await compile(schema, schema.title, {
  additionalProperties: false,
  bannerComment: '// Made from engine/service/protocol.py by `make types`; changes here are lost.',
  strictIndexSignatures: false,
  style: { printWidth: 110, semi: false, singleQuote: true },
  unreachableDefinitions: true,
})

// The generator says of every definition that the root has it.
const REFERENCED = /( \*\n)? \* This interface was referenced by `\w+`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g
const EMPTY = /\/\*\*\n \*\/\n/g

const numbers = Object.entries(constants)
  .map(([name, value]) => `export const ${name} = ${typeof value === 'string' ? `'${value}'` : value}\n`)
  .join('')
const text = `${types.replaceAll(REFERENCED, '').replaceAll(EMPTY, '')}\n${numbers}`

if (check !== '--check') {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  console.error(`${file} is not what engine/service/protocol.py says. Run: make types`)
  process.exit(1)
}
