import { ViewportPortal } from '@xyflow/react'
import './dots.css'

/** The grid behind the cards. It lies in the graph and moves with it, so that panning draws nothing anew. */
export function Dots() {
  return (
    <ViewportPortal>
      <div className="dots" aria-hidden />
    </ViewportPortal>
  )
}
