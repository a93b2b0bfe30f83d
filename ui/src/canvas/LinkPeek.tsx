import { useStore } from '@xyflow/react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { linksOf, type LinkView } from '../graph/links'
import { nameOf, parent, within, type Point } from '../graph/level'
import { lazyPart } from '../shell/lazyPart'
import { registerCommands } from '../stores/commands'
import { activeGraph, useActive } from '../stores/graphs'
import { select, useSelection } from '../stores/selection'
import { levelSelected, levelShown } from './here'
import type { LinkFactsProps } from './LinkFacts'
import { linksAround, nextLink, peekAt, placeBeside, usePeek } from './peeking'
import './link-peek.css'

const WAIT = 400
const SIZE: Readonly<Point> = [236, 120]
const Facts = lazyPart<LinkFactsProps>(() => import('./LinkFacts').then((module) => ({ default: module.LinkFacts })), { quiet: true })

/** The value on the link that is pointed at for a moment, or selected, shown beside it. */
export function LinkPeek({ session }: { readonly session: string }) {
  const open = useActive()
  const anchor = useRef<HTMLDivElement>(null)
  const { link: hovered, at } = usePeek()
  const selected = useSelection((now) => now.link)
  const [closed, setClosed] = useState('')
  if (closed && selected !== closed) setClosed('')
  useHover(anchor)
  useWalk()
  const id = hovered || (selected === closed ? '' : selected)
  const level = open ? levelShown(open, parent(id)) : null
  const link = id && level ? linksOf(level.level).find((one) => one.id === nameOf(id)) : undefined
  return (
    <div ref={anchor} className="link-peek-anchor" aria-hidden={!link}>
      {link && level && (
        <Card
          key={id}
          session={session}
          at={level.at}
          id={id}
          link={link}
          point={hovered ? at : null}
          onClose={() => (hovered ? peekAt('') : setClosed(id))}
        />
      )}
    </div>
  )
}

interface CardProps {
  readonly session: string
  readonly at: string
  readonly id: string
  readonly link: LinkView
  /** Place of the page; null for the middle of the link. */
  readonly point: Readonly<Point> | null
  readonly onClose: () => void
}

function Card({ session, at, id, link, point, onClose }: CardProps) {
  const card = useRef<HTMLDivElement>(null)
  const zoom = useStore((now) => now.transform)
  const [size, setSize] = useState<Readonly<Point>>(SIZE)
  const [place, setPlace] = useState<Readonly<Point> | null>(null)
  useEffect(() => {
    const element = card.current
    if (!element) return
    const watch = new ResizeObserver(() => setSize([element.offsetWidth, element.offsetHeight]))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  useLayoutEffect(() => {
    const frame = card.current?.closest('[data-scope=canvas]')
    const box = frame?.getBoundingClientRect()
    const where = point ?? middleOf(frame, id)
    setPlace(box && where ? placeBeside([where[0] - box.left, where[1] - box.top], size, [box.width, box.height]) : null)
  }, [point, id, size, zoom])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onClose])
  const style = place ? { transform: `translate(${place[0]}px, ${place[1]}px)` } : { visibility: 'hidden' as const }
  return (
    <div ref={card} className="link-peek" style={style}>
      <Facts session={session} at={at} link={link} spoken={point === null} />
    </div>
  )
}

/** The middle of a drawn link on the page; null while it is not drawn. */
function middleOf(frame: Element | null | undefined, id: string): Point | null {
  const path = frame?.querySelector<SVGPathElement>(`.react-flow__edge[data-id="${CSS.escape(id)}"] path`)
  const matrix = path?.getScreenCTM()
  if (!path || !matrix) return null
  const middle = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(matrix)
  return [middle.x, middle.y]
}

/** Show the link under the pointer once it has rested there, and hide it when it leaves or something is done. */
function useHover(anchor: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const frame = anchor.current?.closest<HTMLElement>('[data-scope=canvas]')
    if (!frame) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let under = ''
    let last: Point = [0, 0]
    const leave = () => {
      clearTimeout(timer)
      under = ''
      if (usePeek.getState().link) peekAt('')
    }
    const move = (event: PointerEvent) => {
      last = [event.clientX, event.clientY]
      const edge = event.buttons === 0 && event.pointerType !== 'touch' ? (event.target as Element).closest('.react-flow__edge') : null
      const id = edge?.getAttribute('data-id') ?? ''
      if (id === under) return
      leave()
      under = id
      if (id) timer = setTimeout(() => peekAt(id, last), WAIT)
    }
    const ends = ['pointerdown', 'pointerleave', 'wheel', 'keydown'] as const
    frame.addEventListener('pointermove', move)
    for (const end of ends) frame.addEventListener(end, leave, { passive: true })
    return () => {
      leave()
      frame.removeEventListener('pointermove', move)
      for (const end of ends) frame.removeEventListener(end, leave)
    }
  }, [anchor])
}

/** Offer to walk along the links of the node that is selected. */
function useWalk(): void {
  useEffect(
    () =>
      registerCommands([
        { id: 'canvas.inspectLink', titleKey: 'canvas.inspectLink', group: 'view', keys: [']'], scope: 'canvas', repeats: true, when: canWalk, run: () => walk(1) },
        { id: 'canvas.inspectLinkBack', titleKey: 'canvas.inspectLinkBack', group: 'view', keys: ['['], scope: 'canvas', repeats: true, when: canWalk, run: () => walk(-1) },
      ]),
    [],
  )
}

function canWalk(): boolean {
  const { names, link } = useSelection.getState()
  return names.length > 0 || link !== ''
}

function walk(by: 1 | -1): void {
  const open = activeGraph()
  const inside = levelSelected()
  const level = open ? levelShown(open, inside)?.level : undefined
  if (!level) return
  const { names, link } = useSelection.getState()
  const links = linksOf(level)
  const now = nameOf(link)
  const name = names[0] === undefined ? links.find(({ id }) => id === now)?.target.name : nameOf(names[0])
  const next = name === undefined ? undefined : nextLink(linksAround(links, name), now, by)
  // The node stays selected, so that the next key goes on around it
  if (next && name !== undefined) select([within(inside, name)], within(inside, next.id))
}
