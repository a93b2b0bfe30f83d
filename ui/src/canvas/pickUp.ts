/** Taking hold of links that are there: one by the input it ends in, with Shift all by the output they begin in. */

import type { MouseEvent as ReactMouseEvent } from 'react'
import { leaving, pulled } from '../graph/landing'
import type { LinkView } from '../graph/links'
import { useConnecting } from './connecting'
import { editable } from './here'

/** Let a press on a handle move the links there rather than draw a new one. */
export function pickUp(event: ReactMouseEvent<HTMLElement>): void {
  const handle = event.target instanceof Element ? event.target.closest<HTMLElement>('.react-flow__handle') : null
  if (!handle || event.button !== 0) return
  const links = linksAt(handle, event.shiftKey)
  const end = handle.classList.contains('target') ? 'target' : 'source'
  const grip = anchorOf(event.currentTarget, links[0], end)
  useConnecting.setState({ moved: grip ? links : [] })
  if (!grip) return
  event.stopPropagation()
  event.preventDefault()
  const { clientX, clientY } = event
  grip.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0, clientX, clientY, view: window }))
}

function linksAt({ dataset, classList }: HTMLElement, all: boolean): readonly LinkView[] {
  const here = editable()
  const port = { name: dataset['nodeid'] ?? '', port: dataset['handleid'] ?? '' }
  if (!here) return []
  if (!classList.contains('target')) return all ? leaving(here.level, port) : []
  const link = pulled(here.level, port, here.known)
  return link ? [link] : []
}

/** Where React Flow lets an end of a link be dragged; a link that is hidden has no such place. */
function anchorOf(frame: HTMLElement, link: LinkView | undefined, end: 'source' | 'target'): Element | null {
  if (!link) return null
  return frame.querySelector(`.react-flow__edge[data-id="${CSS.escape(link.id)}"] .react-flow__edgeupdater-${end}`)
}
