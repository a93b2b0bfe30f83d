import { BaseEdge, getBezierPath, getSmoothStepPath, getStraightPath, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import { usePreferences } from '../stores/preferences'
import type { FlowLink } from './nodes'

/** A link, in the colour of what flows along it. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<FlowLink>) {
  const style = usePreferences((now) => now.linkStyle)
  const draw = style === 'straight' ? getStraightPath : style === 'stepped' ? getSmoothStepPath : getBezierPath
  const [path] = draw(props)
  const kind = props.data?.kind ?? 'other'
  return (
    <BaseEdge
      id={props.id}
      path={path}
      interactionWidth={16}
      className={`link link--${kind}${props.data?.list ? ' link--list' : ''}${props.data?.diff ? ` link--${props.data.diff}` : ''}`}
    />
  )
})
