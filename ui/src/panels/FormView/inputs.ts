/** The inputs of a graph as fields of a form: what each takes is told by the port that it feeds. */

import { portOfInput, type Known } from '../../graph/ports'
import { entry, splitPort, viewOf } from '../../graph/level'
import type { Graph, GraphInput, InputPortRecord, JsonValue, Operation } from '../../protocol'
import { readField, type Form } from '../../widgets/schema'
import { inOwnOrder } from '../Inspector/order'

/** One input of a graph. */
export interface FormInput {
  name: string
  title: string
  help: string
  /** What it takes; null when no port that it feeds is known. */
  port: InputPortRecord | null
  /** Undefined when it must be given for each run. */
  value: JsonValue | undefined
}

/** The inputs of a graph in the order that somebody gave them, others as people fill them in. */
export function graphInputs(graph: Graph, known: Known): FormInput[] {
  const { positions } = viewOf(graph)
  const rows = Object.entries(graph.inputs ?? {}).map(([name, declared]) => {
    const input = inputOf(name, declared, graph, known)
    const at = positions.get(splitPort(declared.to?.[0] ?? '').name)
    return {
      input,
      rank: rankOf(input),
      y: at?.[1] ?? 0,
      x: at?.[0] ?? 0,
      empty: Number(isEmpty(input.value)),
    }
  })
  rows.sort(
    (one, other) => one.rank - other.rank || one.y - other.y || one.empty - other.empty || one.x - other.x,
  )
  const byName = new Map(rows.map(({ input }) => [input.name, input]))
  return inOwnOrder(graph, 'inputs', [...byName.keys()]).flatMap((name) => byName.get(name) ?? [])
}

/** Inputs that are seeds. */
export function seedInputs(graph: Graph, known: Known): FormInput[] {
  return graphInputs(graph, known).filter((input) => input.port && readField(input.port).form.kind === 'seed')
}

/** Give an input another value, as an edit. */
export function setInput(graph: Graph, name: string, value: JsonValue): Operation[] {
  const declared = entry(graph.inputs, name)
  return declared ? [{ op: 'expose_input', name, input: { ...(declared as Record<string, JsonValue>), default: value } }] : []
}

function inputOf(name: string, declared: GraphInput, graph: Graph, known: Known): FormInput {
  const port = portOfInput(graph, declared, known)
  const title = declared.title || readable(name)
  const value = Object.hasOwn(declared, 'default') ? declared.default : undefined
  return { name, title, help: declared.help || port?.help || '', port, value }
}

/** Texts and files come first, seeds last: the order in which somebody thinks of them. */
const RANKS: Partial<Record<Form['kind'], number>> = { text: 0, line: 1, file: 1, model: 1, seed: 3 }

function rankOf(input: FormInput): number {
  return input.port ? (RANKS[readField(input.port).form.kind] ?? 2) : 2
}

const isEmpty = (value: JsonValue | undefined) => value === undefined || value === null || value === ''

/** A name as people write it: `max_size` is "Max size". */
export function readable(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
