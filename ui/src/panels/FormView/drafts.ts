/** What somebody is typing into a form, sent as one edit when they pause, and at the latest before a run. */

import { create } from 'zustand'
import type { JsonValue, Operation } from '../../protocol'
import { edit, openGraph } from '../../stores/graphs'
import { setInput } from './inputs'

/** `session` → input → value that is not sent yet. */
export const useDrafts = create<{ drafts: Record<string, Record<string, JsonValue>> }>(() => ({ drafts: {} }))

const PAUSE = 400
let timer: ReturnType<typeof setTimeout> | undefined
let sending: Promise<void> = Promise.resolve()

/** Give an input another value. */
export function draft(session: string, input: string, value: JsonValue): void {
  useDrafts.setState(({ drafts }) => ({
    drafts: { ...drafts, [session]: { ...drafts[session], [input]: value } },
  }))
  clearTimeout(timer)
  timer = setTimeout(() => void flushDrafts(), PAUSE)
}

/** Send what was typed; done when the server has it. */
export function flushDrafts(): Promise<void> {
  clearTimeout(timer)
  sending = sending.then(sendAll)
  return sending
}

async function sendAll(): Promise<void> {
  for (const [session, values] of Object.entries(useDrafts.getState().drafts)) {
    const graph = openGraph(session)?.graph
    const operations = Object.entries(values).flatMap(([name, value]): Operation[] =>
      graph ? setInput(graph, name, value) : [],
    )
    await edit(session, operations)
    forget(session, values)
  }
}

/** Drop drafts that were sent; what was typed meanwhile stays. */
function forget(session: string, sent: Record<string, JsonValue>): void {
  useDrafts.setState(({ drafts }) => {
    const left = Object.entries(drafts[session] ?? {}).filter(([name, value]) => sent[name] !== value)
    const others = { ...drafts }
    if (left.length > 0) others[session] = Object.fromEntries(left)
    else Reflect.deleteProperty(others, session)
    return { drafts: others }
  })
}
