/**
 * Builds the nodes and links of the level that is shown again and again. One that is as before is the same
 * object, so that an edit of one instance draws one card.
 */

import type { Graph, Instance } from '../protocol'
import { Flowing, type Flow } from '../graph/flowing'
import { drawnLinks } from '../graph/drawn'
import { children, entry, viewOf, within, type LevelView, type Path, type Point } from '../graph/level'
import { readOutputs, textOf, type LinkView } from '../graph/links'
import { inOrder } from '../graph/path'
import { isLevel, LOOP, REROUTE, shapeOf, type Interface, type Known } from '../graph/ports'
import type { PreviewSize } from '../graph/previewing'
import { typeKind, type TypeKind } from '../graph/types'
import { t } from '../i18n/t'
import { cardNode, framed, groupNode, hullOf, LINKS, noteNode, shifted } from './cards'
import { feeding, giving, type Fed, type Table } from './feeding'
import { isCard, isFrame, type CardData, type CardNode, type FlowLink, type FlowNode } from './nodes'
import { flowEnd } from './places'

interface Made {
  parts: readonly unknown[]
  node: FlowNode
}

/** A level that is drawn: the one that is shown, or one in a frame. */
interface Drawn {
  inside: Path
  level: Graph
  known: Known
  fed: Table<Fed>
  gives: Table<string>
  /** Whether it is repeated: of what a loop repeats nothing is kept that could be looked at. */
  repeated: boolean
}

/** One time of building. */
interface Work {
  made: Map<string, Made>
  drawn: Map<Path, Drawn>
  knownIn: (inside: Path) => Known
  previews: PreviewSize
}

const NONE = new Map<string, never>()

/** Builds the nodes and links of one level again and again. */
export class LevelNodes {
  private cards = new Map<string, Made>()
  private links = new Map<string, FlowLink>()
  private drawn = new Map<Path, Drawn>()

  /** @param knownIn What is known of a level, by its path from the one that is shown. */
  nodes(level: Graph, knownIn: (inside: Path) => Known, previews: PreviewSize): FlowNode[] {
    const work = { made: new Map<string, Made>(), drawn: new Map<Path, Drawn>(), knownIn, previews }
    const found = this.level(work, level, '', false)
    this.cards = work.made
    this.drawn = work.drawn
    return found
  }

  /** The nodes of a level and of all in it, each frame before what is inside; where the level has them. */
  private level(work: Work, level: Graph, inside: Path, repeated: boolean): FlowNode[] {
    const before = this.drawn.get(inside)
    const drawn = { inside, level, known: work.knownIn(inside), fed: feeding(level, before?.fed), gives: giving(level, before?.gives), repeated }
    work.drawn.set(inside, drawn)
    const view = viewOf(level)
    const boxes = [...view.groups.map((one) => groupNode(one, inside)), ...view.notes.map((one) => noteNode(one, inside))]
    const found: FlowNode[] = boxes.map(({ key, node }) => this.same(work, node.id, [entry(level.view, key)], () => node))
    const waiting = unplaced(level, view)
    const read = readOutputs(level)
    const flowing = new Flowing(level, drawn.known)
    for (const [name, instance] of Object.entries(level.nodes ?? {})) {
      const at = view.positions.get(name) ?? waiting.get(name) ?? ORIGIN
      const kind = instance.type === REROUTE ? flowing.outOf({ name, port: 'out' }).kind : undefined
      const card = this.card(work, drawn, view, { name, instance, at, kind, read: read.get(name) })
      if (isFrame(card) && instance.graph) found.push(...this.frame(work, card, instance.graph, repeated || instance.type === LOOP))
      else found.push(card)
    }
    return found
  }

  private card(work: Work, { inside, level, known, fed, gives, repeated }: Drawn, view: LevelView, one: Placed): FlowNode {
    const { name, instance, at, kind, read } = one
    const record = isLevel(instance) ? known.interfaces[name] : known.catalogue.nodes.get(instance.type ?? '')
    const own = inside === '' ? { fed: fed.get(name) ?? NONE, led: NONE, gives: gives.get(name) ?? NONE } : { fed: NONE, led: fed.get(name) ?? NONE, gives: NONE }
    const previews = repeated ? 'none' : work.previews
    const outputs = record ? '' : [...(read ?? [])].join()
    const families = Object.values(entry(known.families, name) ?? {}).join()
    const parts = [instance, record, at[0], at[1], entry(level.view, name), own.fed, own.led, own.gives, previews, outputs, kind, families]
    return this.same(work, children(inside, name), parts, () =>
      cardNode(name, instance, known, view, { inside, at, ...own, previews, read, kind }),
    )
  }

  /** A frame around what is inside of it, and that itself. */
  private frame(work: Work, card: CardNode, level: Graph, repeated: boolean): FlowNode[] {
    const inner = this.level(work, level, card.id, repeated)
    const hull = hullOf(inner)
    const frame = this.same(work, `${card.id}/`, [card, ...(hull ? Object.values(hull) : [])], () => framed(card, hull, card.position))
    const [x, y] = isFrame(frame) ? frame.data.frame.origin : [0, 0]
    return [frame, ...inner.map((node) => this.same(work, `${card.id}/>${node.id}`, [node, x, y], () => shifted(node, x, y)))]
  }

  private same(work: Work, id: string, parts: readonly unknown[], make: () => FlowNode): FlowNode {
    const before = this.cards.get(id)
    const made = before && equal(before.parts, parts) ? before : { parts, node: make() }
    work.made.set(id, made)
    return made.node
  }

  /** The links among the nodes that were built last. */
  edges(nodes: readonly FlowNode[]): FlowLink[] {
    const faces = new Map<string, CardData>()
    for (const node of nodes) if (isCard(node)) faces.set(node.id, node.data)
    const next = new Map<string, FlowLink>()
    for (const { inside, level, known } of this.drawn.values()) {
      const flowing = new Flowing(level, known)
      for (const link of drawnLinks(level, known)) {
        const target = faces.get(flowEnd(inside, link.target).node)
        if (!target || !faces.has(flowEnd(inside, link.source).node)) continue
        const flow = kindOf(flowing.outOf(link.source), target.face, link)
        const id = within(inside, link.id)
        const before = this.links.get(id)
        const same = before?.data?.kind === flow.kind && before.data.list === flow.list
        next.set(id, same ? before : edgeOf(id, inside, link, flow))
      }
    }
    this.links = next
    return [...next.values()]
  }
}

interface Placed {
  name: string
  instance: Instance
  at: Point
  kind: TypeKind | undefined
  read: ReadonlySet<string> | undefined
}

function edgeOf(id: string, inside: Path, link: LinkView, flow: Flow): FlowLink {
  const [source, target] = [flowEnd(inside, link.source), flowEnd(inside, link.target)]
  return {
    id,
    type: 'link',
    zIndex: LINKS,
    source: source.node,
    sourceHandle: source.handle,
    target: target.node,
    targetHandle: target.handle,
    ariaLabel: t('canvas.linkNamed', { source: textOf(link.source), target: textOf(link.target) }),
    data: { ...flow, link },
  }
}

/** What flows along a link; where the source does not say it, what the target takes. */
function kindOf(flow: Flow, target: Interface, link: LinkView): Flow {
  const taken = target.inputs[link.target.port]
  return flow.kind === 'other' && taken ? { ...flow, kind: typeKind(shapeOf(taken)) } : flow
}

const equal = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((part, place) => part === other[place])

const ORIGIN: Point = [0, 0]

/** Where instances stand that nobody has placed, such as those of a script: each after those that it reads. */
function unplaced(level: Graph, { positions }: LevelView): ReadonlyMap<string, Point> {
  if (Object.keys(level.nodes ?? {}).every((name) => positions.has(name))) return new Map()
  const names = inOrder(level).filter((name) => !positions.has(name))
  return new Map(names.map((name, place) => [name, [(place % 6) * 300, Math.floor(place / 6) * 340]]))
}
