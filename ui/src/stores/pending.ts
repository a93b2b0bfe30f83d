/**
 * Edits that the server has not answered yet. They lie in the browser's storage until it does, so that a
 * reload while the server is away loses nothing that was typed. Each carries a token: sent again, it is not
 * made again.
 */

import type { Operation } from '../protocol'

const KEY = 'knotwork.pending'

export interface Pending {
  token: string
  session: string
  operations: Operation[]
}

const waiting = new Map<string, Pending>()

function keep(): void {
  try {
    if (waiting.size === 0) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, JSON.stringify([...waiting.values()]))
  } catch {
    // A full or forbidden storage takes the safety net away, not the edit.
  }
}

export function addPending(edit: Pending): void {
  waiting.set(edit.token, edit)
  keep()
}

export function dropPending(token: string): void {
  if (waiting.delete(token)) keep()
}

/** What a page before this one left unanswered, in order. */
export function leftPending(): Pending[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Pending[]
    return kept.filter((one) => typeof one.token === 'string' && typeof one.session === 'string')
  } catch {
    return []
  }
}
