import { create } from 'zustand'

interface Announcement {
  readonly text: string
  readonly urgent: boolean
  /** Differs each time, so that a text said twice is read twice. */
  readonly turn: number
}

export const useAnnouncement = create<Announcement>(() => ({ text: '', urgent: false, turn: 0 }))

/** Has screen readers say a text: when they are done with the last one, or at once if `urgent`. */
export function announce(text: string, urgent = false): void {
  useAnnouncement.setState(({ turn }) => ({ text, urgent, turn: turn + 1 }))
}
