import { getBezierPath, getSmoothStepPath, getStraightPath, type GetBezierPathParams } from '@xyflow/react'
import type { Preferences } from '../stores/preferences'

/** The way of a link in the style that was chosen. */
export function pathOf(style: Preferences['linkStyle'], ends: GetBezierPathParams): string {
  if (style === 'straight') return getStraightPath(ends)[0]
  return (style === 'stepped' ? getSmoothStepPath(ends) : getBezierPath(ends))[0]
}
