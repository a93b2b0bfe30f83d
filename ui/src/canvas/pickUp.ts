/** Taking hold of links that are there: one by the input it ends in, with Shift all by the output they begin in. */

import type { MouseEvent as ReactMouseEvent } from 'react'
import { leaving, pulled } from '../graph/drawn'
import { parent, within, type Path } from '../graph/level'
import type { LinkView, PortRef } from '../graph/links'
import { useConnecting } from './connecting'
import { editable } from './here'
import { onLevel, portAt } from './places'

/** Let a press on a handle move the links there rather than draw a new one. */
export function pickUp(event: ReactMouseEvent<HTMLElement>): void {
  const handle = event.target instanceof Element ? event.target.closest<HTMLElement>('.react-flow__handle') : null
  if (!handle || event.button !== 0) return
  const port = portAt({ node: handle.dataset['nodeid'] ?? '', handle: handle.dataset['handleid'] ?? '' })
  const inside = parent(port.name)
  const end = handle.classList.contains('target') ? 'target' : 'source'
  const links = linksAt(port, end, event.shiftKey)
  const grip = anchorOf(event.currentTarget, inside, links[0], end)
  useConnecting.setState({ inside, moved: grip ? links : [] })
  if (!grip) return
  event.stopPropagation()
  event.preventDefault()
  const { clientX, clientY } = event
  grip.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0, clientX, clientY, view: window }))
}

function linksAt(port: PortRef, end: 'source' | 'target', all: boolean): readonly LinkView[] {
  const here = editable(parent(port.name))
  if (!here) return []
  if (end === 'source') return all ? leaving(here.level, onLevel(port), here.known) : []
  const link = pulled(here.level, onLevel(port), here.known)
  return link ? [link] : []
}

/** Where React Flow lets an end of a link be dragged; a link that is hidden has no such place. */
function anchorOf(frame: HTMLElement, inside: Path, link: LinkView | undefined, end: 'source' | 'target'): Element | null {
  if (!link) return null
  return frame.querySelector(`.react-flow__edge[data-id="${CSS.escape(within(inside, link.id))}"] .react-flow__edgeupdater-${end}`)
}
