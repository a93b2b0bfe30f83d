/** What happens when the page is loaded: connect, learn the nodes, open what was open. */

import { create } from 'zustand'
import { followAuthors } from '../stores/authors'
import { loadCatalogue } from '../stores/catalogue'
import { line } from '../stores/connection'
import { followExamples } from '../stores/examples'
import { open, resendEdits, restoreTabs, tell, useGraphs } from '../stores/graphs'
import { followPlans } from '../stores/plan'
import { followPresence } from '../stores/presence'
import { followResults } from '../stores/results'
import { followQueue } from '../stores/runs'

/** The graph that a newcomer sees first. */
const FIRST = 'text_to_image'

export const useStarted = create<{ ready: boolean; error: string }>(() => ({ ready: false, error: '' }))

let begun = false

/** Start once, however often the page is drawn. */
export function start(): void {
  if (begun) return
  begun = true
  followPlans()
  followResults()
  followExamples()
  followPresence()
  followAuthors()
  line.open()
  followQueue()
  void begin()
}

async function begin(): Promise<void> {
  try {
    resendEdits()
    const catalogue = loadCatalogue()
    const [restored] = await Promise.all([restoreTabs(catalogue), catalogue])
    if (restored === 0) await open({ name: FIRST })
    useStarted.setState({ ready: true, error: '' })
  } catch (error) {
    useStarted.setState({ ready: useGraphs.getState().active !== '', error: String(error) })
    tell(error)
  }
}

/** Try again after the server could not be reached. */
export function startAgain(): void {
  useStarted.setState({ error: '' })
  line.reconnect()
  void begin()
}
