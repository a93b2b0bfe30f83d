/** Graphs that come as text from anywhere, checked to be what their types say. */

import type { Graph } from '../protocol'
import { isRecord } from './level'
import { isLink } from './links'

/** Graphs in one another at most, as the server has it. */
const DEPTH = 64

/** Read a graph file's text; null for any text that is none. */
export function readGraph(text: string): Graph | null {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch {
    return null
  }
  return isRecord(tree) && typeof tree['knotwork'] === 'number' && isGraph(tree, DEPTH)
    ? (tree as Graph)
    : null
}

/** Whether a tree is a graph, all the way down. */
export function isGraph(tree: unknown, depth = DEPTH): boolean {
  if (depth < 0 || !isRecord(tree)) return false
  const { nodes, inputs, outputs, view } = tree
  return (
    isTable(nodes, (instance) => isInstance(instance, depth), isName) &&
    isTable(inputs, (input) => isRecord(input) && isTexts(input['to'])) &&
    isTable(outputs, isText) &&
    isTable(view, () => true)
  )
}

/** Whether a tree is an instance, with the graph inside it. */
export function isInstance(tree: unknown, depth = DEPTH): boolean {
  if (!isRecord(tree)) return false
  const { graph } = tree
  const texts = TEXTS.every((field) => tree[field] === undefined || isText(tree[field]))
  return texts && isBound(tree) && (isNothing(graph) || isGraph(graph, depth - 1))
}

/** Whether an instance can be called so. */
export function isName(name: string): boolean {
  return name !== '' && !name.includes('.') && !name.includes('/')
}

const TEXTS = ['type', 'mode', 'title', 'ref', 'while', 'frozen'] as const

function isBound(tree: Record<string, unknown>): boolean {
  const { params, links, carry, over, collect, items, count, fork } = tree
  const sources = (value: unknown) => isText(value) || (Array.isArray(value) && isTexts(value))
  return (
    [params, carry].every((table) => isTable(table, () => true)) &&
    isTable(links, sources) &&
    [over, collect].every(isTexts) &&
    (isNothing(items) || Array.isArray(items) || isLink(items as never)) &&
    (isNothing(count) || typeof count === 'number' || isLink(count as never)) &&
    isFork(fork)
  )
}

function isFork(tree: unknown): boolean {
  return isNothing(tree) || (isRecord(tree) && typeof tree.turn === 'number' && isText(tree.key))
}

function isTable(
  table: unknown,
  isValue: (value: unknown) => boolean,
  isKey = (key: string) => key !== '__proto__',
): boolean {
  if (table === undefined) return true
  return isRecord(table) && Object.entries(table).every(([key, value]) => isKey(key) && isValue(value))
}

function isTexts(list: unknown): boolean {
  return list === undefined || (Array.isArray(list) && list.every(isText))
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}
