import { create } from 'zustand'
import type { Path, Point } from '../../graph/level'

/** The port that a link was drawn from; `side` says on which side of its card it stands. */
export interface LinkFrom {
  readonly name: string
  readonly port: string
  readonly side: 'in' | 'out'
}

export interface Opening {
  /** Where the new card's upper left corner will be, on the canvas. */
  readonly position: Readonly<Point>
  /** The level that it is added to, by its path from the one that is shown; without one that of the link, or the one at the place. */
  readonly inside?: Path
  /** The new node is linked to this port, and only nodes that can be are offered. */
  readonly from?: LinkFrom
  /** The new node is put into this link, and only nodes that can be are offered. */
  readonly onto?: string
}

/** What the dialog was opened with; null while it is closed. */
export const useAddNode = create<{ readonly opening: Opening | null }>(() => ({ opening: null }))

/** Asks which node to add, and adds it. */
export function openAddNode(opening: Opening): void {
  useAddNode.setState({ opening })
}

export function closeAddNode(): void {
  useAddNode.setState({ opening: null })
}
