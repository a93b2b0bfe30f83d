/** Who else changed which node last, as far as this page saw it happen. */

import { children } from '../graph/level'
import type { Edited } from '../protocol'
import { client } from './connection'
import { onClosed, onEdit } from './graphs'
import { Keyed } from './keyed'
import { usePresence } from './presence'
import { nodeKey } from './runs'

/** Somebody who changed a node. */
export interface Author {
  client: string
  /** As they were called then; they may have left. */
  name: string
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

/** Note who makes the edits. */
export function followAuthors(): void {
  onClosed((session) => authors.deleteAll(`${session}:`))
  onEdit((session, edited) => {
    const name = usePresence.getState().people[session]?.[edited.client]?.name ?? ''
    for (const path of touchedBy(edited)) {
      const key = nodeKey(session, path)
      if (edited.client === '' || edited.client === client) authors.delete(key)
      else authors.set(key, { client: edited.client, name })
    }
  })
}
