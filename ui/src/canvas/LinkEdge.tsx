import { BaseEdge, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import { within } from '../graph/level'
import { usePreferences } from '../stores/preferences'
import { useConnecting } from './connecting'
import { pathOf } from './linkPath'
import type { FlowLink } from './nodes'

/** A link, in the colour of what flows along it. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<FlowLink>) {
  const style = usePreferences((now) => now.linkStyle)
  const moving = useConnecting((now) => now.from !== null && now.moved.some(({ id }) => within(now.inside, id) === props.id))
  const { kind = 'other', list, diff } = props.data ?? {}
  const classes = ['link', `link--${kind}`, list && 'link--list', diff && `link--${diff}`, moving && 'link--moving']
  return <BaseEdge id={props.id} path={pathOf(style, props)} interactionWidth={16} className={classes.filter(Boolean).join(' ')} />
})
