/** Who else is in the open graphs: pointers and selections. */

import { create } from 'zustand'
import type { Present } from '../protocol'
import { client, line } from './connection'
import { countCompany, onPresence } from './graphs'

interface Presence {
  /** Session → client → where they are. */
  people: Record<string, Record<string, Present>>
}

export const usePresence = create<Presence>(() => ({ people: {} }))

export function followPresence(): void {
  countCompany((session) => Object.keys(usePresence.getState().people[session] ?? {}).length)
  onPresence((session, event) => {
    const present = event as Present
    if (present.type !== 'present' || present.client === client) return
    usePresence.setState((now) => {
      const here = { ...now.people[session] }
      if (present.here) here[present.client] = present
      else Reflect.deleteProperty(here, present.client)
      return { people: { ...now.people, [session]: here } }
    })
  })
}

let waiting: { session: string; cursor: [number, number] | null; selection: string[] } | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** Tell the others where one is, ten times a second at most. */
export function showPresence(session: string, cursor: [number, number] | null, selection: readonly string[]): void {
  waiting = { session, cursor, selection: [...selection] }
  timer ??= setTimeout(() => {
    timer = undefined
    if (waiting) line.say({ type: 'presence', ...waiting })
    waiting = null
  }, 100)
}

const COLOURS = ['#e5484d', '#0091ff', '#30a46c', '#f76808', '#8e4ec6', '#00a2c7', '#ad7f58', '#d6409f']

/** A person's colour, the same for everyone who sees them. */
export function colourOf(person: string): string {
  let sum = 0
  for (const sign of person) sum = (sum * 31 + sign.charCodeAt(0)) >>> 0
  return COLOURS[sum % COLOURS.length] ?? '#8e4ec6'
}
