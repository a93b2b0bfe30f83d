/** On a phone a form's outputs stand below its inputs, out of sight: what a run leads to is brought up. */

import { useEffect, useRef, type RefObject } from 'react'
import { isOver, useRuns } from '../../stores/runs'

/** Whether a graph's run waits or runs. */
export function useBusy(session: string): boolean {
  return useRuns((state) => {
    const run = state.shown[session]?.record
    return (run !== undefined && !isOver(run)) || state.queue.some((one) => one.session === session)
  })
}

/** The form's page, on which outputs are brought up when a run of the graph begins, wherever it was asked for. */
export function useRevealing(session: string): RefObject<HTMLDivElement | null> {
  const page = useRef<HTMLDivElement>(null)
  const busy = useBusy(session)
  const before = useRef({ session, busy })
  useEffect(() => {
    const began = busy && !before.current.busy && before.current.session === session
    before.current = { session, busy }
    if (began) revealOutputs(page.current)
  }, [session, busy])
  return page
}

/** Bring up the outputs where they stand below the inputs; beside them they are in sight. */
export function revealOutputs(page: HTMLElement | null): void {
  const inputs = page?.querySelector<HTMLElement>('.form-view__inputs')
  const outputs = page?.querySelector<HTMLElement>('.form-view__outputs')
  if (!inputs || !outputs || outputs.offsetTop <= inputs.offsetTop) return
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  outputs.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' })
}

/** Go to the first input that is wrong. */
export function revealFault(page: HTMLElement | null): void {
  page?.querySelector<HTMLElement>('.form-view__inputs [aria-invalid]')?.focus()
}
