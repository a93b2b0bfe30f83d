import { lazy, Suspense } from 'react'
import { useDiffMarks } from './marks'
import type { FlowNode } from './nodes'

const Layer = lazy(() => import('./DiffLayer').then((module) => ({ default: module.DiffLayer })))

interface OverlayProps {
  readonly at: string
  readonly nodes: readonly FlowNode[]
  /** Whether the cards are too small to show their own marks. */
  readonly far: boolean
}

/** What a comparison shows beside the marks of the cards; nothing while none is shown. */
export function DiffOverlay(props: OverlayProps) {
  const against = useDiffMarks((now) => now.against)
  if (!against) return null
  return (
    <Suspense>
      <Layer {...props} />
    </Suspense>
  )
}
