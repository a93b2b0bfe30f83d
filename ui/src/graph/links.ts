/** The links of a level, those of loops and of the graph's own inputs and outputs included. */

import type { Graph, Instance, JsonValue, Link } from '../protocol'
import { entry, isRecord, splitPort } from './level'

/** A port of an instance. */
export interface PortRef {
  name: string
  port: string
}

/** Where a link is written down. */
export type LinkKind = 'link' | 'carry' | 'items' | 'count' | 'input' | 'output'

/** One link, as it is drawn. */
export interface LinkView {
  /** Tells it from all others of the level, and stays while its ends do. */
  id: string
  source: PortRef
  target: PortRef
  /** Place in the list of a variadic port; 0 elsewhere. */
  index: number
  kind: LinkKind
}

/** Stands for the graph's inputs as a source, which no instance can be called. */
export const INPUTS = '.inputs'
/** Stands for the graph's outputs as a target. */
export const OUTPUTS = '.outputs'

/** All links of a level; those from and to instances that are not there, too. */
export function linksOf(level: Graph): LinkView[] {
  const links: LinkView[] = []
  for (const [name, instance] of Object.entries(level.nodes ?? {})) addOf(links, name, instance)
  for (const [input, declared] of Object.entries(level.inputs ?? {})) {
    const source = { name: INPUTS, port: input }
    for (const text of declared.to ?? []) add(links, source, splitPort(text), 0, 'input')
  }
  for (const [output, text] of Object.entries(level.outputs ?? {})) {
    add(links, splitPort(text), { name: OUTPUTS, port: output }, 0, 'output')
  }
  return links
}

/** The links into one instance, without those of graph inputs. */
export function linksInto(name: string, instance: Instance): LinkView[] {
  const links: LinkView[] = []
  addOf(links, name, instance)
  return links
}

/** Names that an instance reads, in order and as often as it reads them. */
export function sourceNames(instance: Instance): string[] {
  const { links, carry, items, count } = instance
  const texts = Object.values(links ?? {}).flat()
  for (const value of [...Object.values(carry ?? {}), items, count]) if (isLink(value)) texts.push(value.link)
  return texts.map((text) => splitPort(text).name)
}

/** Sources of a port in order, as the document writes them. */
export function sourcesOf(instance: Instance, port: string): string[] {
  const linked = entry(instance.links, port)
  if (linked !== undefined) return typeof linked === 'string' ? [linked] : linked
  const start = startOf(instance, port)
  return start === null ? [] : [start]
}

/** The source that a loop starts a carried value from, or takes its items or count from. */
export function startOf(instance: Instance, port: string): string | null {
  const carried = entry(instance.carry, port)
  if (carried !== undefined) return isLink(carried) ? carried.link : null
  if (port === 'items' && isLink(instance.items)) return instance.items.link
  return port === 'count' && isLink(instance.count) ? instance.count.link : null
}

/** Instance → its outputs that something reads, in the order of the document. */
export function readOutputs(level: Graph): Map<string, Set<string>> {
  const read = new Map<string, Set<string>>()
  for (const { source } of linksOf(level)) if (source.name !== INPUTS) note(read, source)
  return read
}

/** Instance → its ports that a graph input feeds. */
export function fedPorts(level: Graph): Map<string, Set<string>> {
  const fed = new Map<string, Set<string>>()
  for (const declared of Object.values(level.inputs ?? {})) {
    for (const text of declared.to ?? []) note(fed, splitPort(text))
  }
  return fed
}

/** Tell a link from a value that is written in the same place. */
export function isLink(value: Link | JsonValue | undefined): value is Link {
  return isRecord(value) && typeof value['link'] === 'string' && Object.keys(value).length === 1
}

/** A port as the document writes it. */
export function textOf(port: PortRef): string {
  return `${port.name}.${port.port}`
}

function addOf(links: LinkView[], name: string, instance: Instance): void {
  for (const [port, sources] of Object.entries(instance.links ?? {})) {
    const texts = typeof sources === 'string' ? [sources] : sources
    texts.forEach((text, index) => add(links, splitPort(text), { name, port }, index, 'link'))
  }
  for (const [port, start] of Object.entries(instance.carry ?? {})) {
    if (isLink(start)) add(links, splitPort(start.link), { name, port }, 0, 'carry')
  }
  if (isLink(instance.items)) add(links, splitPort(instance.items.link), { name, port: 'items' }, 0, 'items')
  if (isLink(instance.count)) add(links, splitPort(instance.count.link), { name, port: 'count' }, 0, 'count')
}

function add(links: LinkView[], source: PortRef, target: PortRef, index: number, kind: LinkKind): void {
  links.push({ id: `${textOf(source)}>${textOf(target)}#${index}`, source, target, index, kind })
}

function note(table: Map<string, Set<string>>, { name, port }: PortRef): void {
  const ports = table.get(name)
  if (ports) ports.add(port)
  else table.set(name, new Set([port]))
}
