/** Ports that take files: those that a node is given, and the node that loads a file. */

import type { InputPortRecord, Instance, NodeRecord } from '../protocol'
import { isPicture, takes } from './fileNames'
import { entry } from './level'
import type { Catalogue, Interface } from './ports'

/** The param that gives an instance a picture file, and that file; null when there is none. */
export function pictureGiven(instance: Instance, face: Interface | null): { port: string; file: string } | null {
  for (const [port, record] of Object.entries(face?.inputs ?? {})) {
    if (!takesFiles(record) || entry(instance.links, port)) continue
    const value = entry(instance.params, port) ?? record.schema['default']
    if (typeof value === 'string' && isPicture(value)) return { port, file: value }
  }
  return null
}

/** The port that a file goes to; null when none takes it. */
export function filePort(inputs: Interface['inputs'], file: string): string | null {
  const fits = ([, port]: [string, InputPortRecord]) => takesFiles(port) && !isFolder(port) && takes(suffixesOf(port), file)
  return Object.entries(inputs).find(fits)?.[0] ?? null
}

/**
 * The node that a file is loaded by, and the port that it goes to: one that needs nothing else, and rather one that
 * is for loading than one that also takes files.
 */
export function loaderOf({ nodes }: Catalogue, file: string): { node: NodeRecord; port: string } | null {
  const found = [...nodes.values()].flatMap((node) => {
    const port = filePort(node.inputs, file)
    return port !== null && needsOnly(node, port) ? [{ node, port }] : []
  })
  return found.sort((one, other) => rank(one.node) - rank(other.node))[0] ?? null
}

const rank = ({ id, inputs }: NodeRecord) => (id.endsWith('.load') ? 0 : 100) + Object.keys(inputs).length

/** Whether a file is all that a node has to be given. */
function needsOnly({ inputs }: NodeRecord, port: string): boolean {
  return entry(inputs, port)?.required === true && Object.entries(inputs).every(([name, one]) => name === port || !one.required)
}

const takesFiles = ({ param, schema }: InputPortRecord) => param && schema['widget'] === 'file' && schema['root'] !== 'models'
const isFolder = ({ type }: InputPortRecord) => type.includes('Folder')

function suffixesOf({ schema }: InputPortRecord): string[] {
  const listed = schema['suffixes']
  return Array.isArray(listed) ? listed.filter((one) => typeof one === 'string') : []
}
