/** Who else changed which node last: told when a graph is opened, then by each edit. */

import { children } from '../graph/level'
import type { AuthorRecord, Edited } from '../protocol'
import { client } from './connection'
import { onClosed, onEdit, onSnapshot } from './graphs'
import { Keyed } from './keyed'
import { usePresence } from './presence'
import { nodeKey } from './runs'

/** Somebody who changed a node. */
export interface Author {
  client: string
  /** As they were called then; they may have left. */
  name: string
  /** When they did, in seconds since 1970. */
  time: number
}

/** `session:instance` → who changed it last, unless that was done here. */
export const authors = new Keyed<Author>()

/** Paths of the instances that an edit wrote to; to move one is no change of it. */
export function touchedBy(edited: Pick<Edited, 'patch'>): Set<string> {
  const written = edited.patch.flatMap(({ at, writes }) =>
    writes.flatMap(({ where: [table, name] }) => (table === 'nodes' && name ? [children(at ?? '', name)] : [])),
  )
  return new Set(written)
}

/** Path of each instance that somebody else changed last → who that was. */
export function othersOf(told: readonly AuthorRecord[], own: ReadonlySet<string>): Map<string, Author> {
  const others = told.filter((one) => !own.has(one.client))
  return new Map(
    others.flatMap(({ client: who, name, changed }) =>
      Object.entries(changed).map(([path, time]): [string, Author] => [path, { client: who, name, time }]),
    ),
  )
}

const KEY = 'knotwork.clients'
const MOST = 200

/** The clients that this browser was, in tabs that are closed by now too: what they did was done here. */
function ownClients(): ReadonlySet<string> {
  let known: unknown = null
  try {
    known = JSON.parse(localStorage.getItem(KEY) ?? '[]')
  } catch {
    // What is there can't be read: it is written anew.
  }
  const all = [...new Set([...(Array.isArray(known) ? known.map(String) : []), client])].slice(-MOST)
  try {
    localStorage.setItem(KEY, JSON.stringify(all))
  } catch {
    // Without storage the other tabs of this browser count as somebody else.
  }
  return new Set(all)
}

/** Note who makes the edits. */
export function followAuthors(): void {
  const own = ownClients()
  onClosed((session) => authors.deleteAll(`${session}:`))
  onSnapshot((session, state) => {
    authors.deleteAll(`${session}:`)
    for (const [path, author] of othersOf(state.authors, own)) authors.set(nodeKey(session, path), author)
  })
  onEdit((session, edited) => {
    const name = usePresence.getState().people[session]?.[edited.client]?.name ?? ''
    const time = Date.now() / 1000
    for (const path of touchedBy(edited)) {
      const key = nodeKey(session, path)
      if (edited.client === '' || own.has(edited.client)) authors.delete(key)
      else authors.set(key, { client: edited.client, name, time })
    }
  })
}
