/**
 * Pictures that came with the shipped graphs, of what instances give: shown until there is a result, and never told
 * as one. After an edit that changes what an instance gives, its example is a picture from before.
 */

import { address, get } from '../api/http'
import { instanceAt } from '../graph/level'
import type { Graph } from '../protocol'
import { onClosed, onEdited, openGraph } from './graphs'
import { Keyed } from './keyed'
import { nodeKey } from './runs'

export interface Example {
  /** Port → name of its picture. */
  readonly ports: Readonly<Record<string, string>>
  /** Whether the graph has been edited since it gave this. */
  readonly former: boolean
}

/** `session:instance` → what it gives. */
export const examples = new Keyed<Example>()

const SOON = 400
const asked = new Set<string>()
const waiting = new Map<string, ReturnType<typeof setTimeout>>()

/** Address of an example; of one port, else of the first. */
export function pictureOfExample({ ports }: Example, port = Object.keys(ports)[0] ?? ''): string {
  const name = ports[port]
  return name ? addressOfExample(name) : ''
}

export const addressOfExample = (name: string) => address(`examples/${name}`)

/** Learn which examples a graph has as it is now. Most have none when they are opened: then edits give them none. */
export function askExamples(session: string): void {
  const first = !asked.has(session)
  if (waiting.has(session) || (!first && !hasAny(session))) return
  asked.add(session)
  waiting.set(
    session,
    setTimeout(() => void fetchExamples(session), first ? 0 : SOON),
  )
}

function hasAny(session: string): boolean {
  for (const key of examples.keys()) if (key.startsWith(`${session}:`)) return true
  return false
}

async function fetchExamples(session: string): Promise<void> {
  waiting.delete(session)
  const found = await get<Record<string, Record<string, string>>>(`sessions/${session}/examples`).catch(() => null)
  const open = openGraph(session)
  if (found !== null && open) takeExamples(session, found, open.graph)
}

/** Show the examples of a graph as it is now. Those of before stay, as such, while their instances are there. */
export function takeExamples(session: string, found: Record<string, Record<string, string>>, graph: Graph): void {
  for (const [key, one] of [...examples.entries()]) {
    const instance = key.slice(session.length + 1)
    if (!key.startsWith(`${session}:`) || instance in found) continue
    if (!instanceAt(graph, instance)) examples.delete(key)
    else if (!one.former) examples.set(key, { ...one, former: true })
  }
  for (const [instance, ports] of Object.entries(found)) {
    const key = nodeKey(session, instance)
    const before = examples.get(key)
    const same = before && !before.former && JSON.stringify(before.ports) === JSON.stringify(ports)
    if (!same) examples.set(key, { ports, former: false })
  }
}

/** Keep the examples of graphs up to date with edits. */
export function followExamples(): void {
  onClosed((session) => {
    asked.delete(session)
    examples.deleteAll(`${session}:`)
  })
  onEdited((session) => askExamples(session))
}
