import { ReactFlow, SelectionMode, useReactFlow, useStoreApi, type NodeChange, type ReactFlowState, type Viewport } from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { parent, type Path, type Point } from '../graph/level'
import type { Catalogue, Known } from '../graph/ports'
import type { Graph } from '../protocol'
import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import { useCatalogue } from '../stores/catalogue'
import type { OpenGraph } from '../stores/graphs'
import { CANVAS_KEYS, CanvasKeys } from '../shell/CanvasKeys'
import { usePreferences } from '../stores/preferences'
import { showPresence } from '../stores/presence'
import { select, useSelection } from '../stores/selection'
import { Box } from './Box'
import { NodeCard } from './card/NodeCard'
import { RerouteDot } from './card/RerouteDot'
import { RAISED } from './cards'
import { useHiddenLinks } from './connecting'
import { ConnectionLine } from './ConnectionLine'
import { DiffOverlay } from './DiffOverlay'
import { Dots } from './Dots'
import { dropOnto } from './dropping'
import { Far } from './Far'
import { useFarPointer } from './farPointer'
import { arranged, type Places } from './held'
import { knownOf, levelShown } from './here'
import { LinkEdge } from './LinkEdge'
import { LinkPeek } from './LinkPeek'
import { cardMenu, linkMenu, paneMenu } from './lateMenus'
import { Minimap } from './Minimap'
import { LevelNodes } from './levelNodes'
import { isCard, isFrame, type FlowLink, type FlowNode } from './nodes'
import { Peers } from './Peers'
import { pickUp } from './pickUp'
import { Tools } from './Tools'
import { useCanvasKeys } from './useCanvasKeys'
import { connecting } from './lateConnect'
import { levelUnder } from './places'
import { useDrag } from './useDrag'
import { useFar } from './useFar'
import { sized, useSizing, type Size } from './useSizing'
import { keepWheel } from './wheel'
import { attach, fit, MAX_ZOOM, MIN_ZOOM, showNodes, shownNodes, toGraph, viewOfAll } from './view'

const NODE_TYPES = { card: NodeCard, frame: NodeCard, reroute: RerouteDot, 'group-box': Box, 'note-box': Box }
const EDGE_TYPES = { link: LinkEdge }
const NO_LINKS: FlowLink[] = []
const EMPTY: Graph = {}

/** Where each level was looked at last. */
const views = new Map<string, { x: number; y: number; zoom: number }>()

/** One level of a graph. */
export function Board({ session, open }: { readonly session: string; readonly open: OpenGraph }) {
  const frame = useRef<HTMLDivElement>(null)
  const flow = useStoreApi<FlowNode, FlowLink>()
  const snap = usePreferences((now) => now.snap)
  const chosen = useSelection((now) => now.names)
  const link = useSelection((now) => now.link)
  const hidden = useHiddenLinks((now) => now.hidden)
  const { base, links, readOnly } = useLevel(open)
  const selected = useMemo(() => new Set(chosen), [chosen])
  const drag = useDrag(base)
  const { size, take } = useSizing(base)
  const nodes = useMemo(() => overlaid(base, drag.places, selected, size), [base, drag.places, selected, size])
  const edges = useMemo(() => (link ? links.map((one) => (one.id === link ? { ...one, selected: true } : one)) : links), [links, link])
  const shownLinks = hidden ? NO_LINKS : edges
  const { far, painted, ...seen } = useFar(nodes, shownLinks, frame)
  const key = `${session}:${open.at}`
  const [start] = useState(() => views.get(key) ?? viewOfAll(nodes))
  useView(key, nodes, open.interfaces[open.at] !== undefined, frame)
  useEffect(() => letGo(base), [base])
  useEffect(() => showPresence(session, null, chosen), [session, chosen])

  const onKeys = useCanvasKeys(nodes)
  const farPointer = useFarPointer(far, nodes, selected, drag)
  const { hold } = drag
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      takeSelection(changes, boxBegan(flow.getState()))
      if (take(changes)) return
      const moved = movedBy(changes)
      if (moved.size > 0) hold(moved)
    },
    [flow, hold, take],
  )
  return (
    // The canvas takes the keyboard as one thing; its nodes are walked by arrow keys, and listed in the outline.
    <div
      ref={frame}
      className="canvas"
      role="application"
      aria-label={t('canvas.canvas')}
      aria-describedby={CANVAS_KEYS}
      tabIndex={0}
      data-scope="canvas"
      data-far={far}
      onKeyDown={onKeys}
      onWheelCapture={keepWheel}
      onMouseDownCapture={pickUp}
      onPointerMove={(event) => showPresence(session, toGraph(event.clientX, event.clientY), chosen)}
      onPointerLeave={() => showPresence(session, null, chosen)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => void dropOnto(event)}
      onDoubleClick={(event) => {
        if ((event.target as Element).closest('.card, .reroute, .note-box, .group-box__title, button, .minimap')) return
        const onto = (event.target as Element).closest('.react-flow__edge')?.getAttribute('data-id')
        openAddNode({ position: toGraph(event.clientX, event.clientY), ...(onto ? { onto } : {}) })
      }}
      {...farPointer}
    >
      <CanvasKeys />
      <ReactFlow<FlowNode, FlowLink>
        aria-label={t('canvas.nodesAndLinks')}
        nodes={seen.nodes}
        edges={seen.links}
        defaultViewport={start}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onlyRenderVisibleElements
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        snapToGrid={snap}
        snapGrid={[10, 10]}
        panOnDrag={[0, 1]}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={['Meta', 'Shift', 'Control']}
        deleteKeyCode={null}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
        zoomOnDoubleClick={false}
        elevateNodesOnSelect={false}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        attributionPosition="top-right"
        connectionRadius={28}
        connectionLineComponent={ConnectionLine}
        onNodesChange={onNodesChange}
        onNodeDragStart={(_, node) => drag.start(node)}
        onNodeDrag={(_, node) => drag.drag(node)}
        onNodeDragStop={(event, node) => drag.stop(event, node)}
        onSelectionDragStop={(event, all) => all[0] && drag.stop(event, all[0])}
        onNodeClick={onlyThat}
        onEdgeClick={(_, one) => select([], one.id)}
        onPaneClick={() => select([])}
        {...connecting}
        onNodeContextMenu={cardMenu}
        onEdgeContextMenu={linkMenu}
        onPaneContextMenu={(event) => paneMenu(event)}
        onMoveEnd={(_, viewport) => views.set(key, viewport)}
      >
        {!far && <Dots />}
        {!far && <Peers session={session} nodes={nodes} />}
        <DiffOverlay at={open.at} nodes={nodes} far={far} />
      </ReactFlow>
      {painted && <Far nodes={nodes} links={hidden ? NO_LINKS : links} selected={selected} session={session} at={open.at} />}
      {base.length === 0 && <Nothing />}
      {base.length > 0 && <Minimap nodes={base} />}
      <Tools readOnly={readOnly} />
      <LinkPeek session={session} />
    </div>
  )
}

function Nothing() {
  return (
    <div className="canvas__empty">
      <div>
        <h2>{t('canvas.emptyTitle')}</h2>
        <p>{t('canvas.emptyHint')}</p>
      </div>
    </div>
  )
}

/** The level that is shown, as nodes and links. */
function useLevel(open: OpenGraph) {
  const catalogue = useCatalogue((now) => now.catalogue)
  const previews = usePreferences((now) => now.previewSize)
  const [made] = useState(() => new LevelNodes())
  const { graph, at, references, interfaces } = open
  const shown = useMemo(() => levelShown({ graph, at, references }), [graph, at, references])
  const level = shown?.level ?? EMPTY
  const knownIn = useMemo(() => knownsOf({ graph, at, references, interfaces }, catalogue), [graph, at, references, interfaces, catalogue])
  const base = useMemo(() => made.nodes(level, knownIn, previews), [made, level, knownIn, previews])
  const links = useMemo(() => made.edges(base), [made, base])
  return { base, links, readOnly: shown?.readOnly ?? false }
}

/** What is known of each level that is drawn, looked up once. */
function knownsOf(open: Parameters<typeof knownOf>[0], catalogue: Catalogue): (inside: Path) => Known {
  const known = new Map<Path, Known>()
  return (inside) => {
    const own = known.get(inside) ?? knownOf(open, catalogue, inside)
    known.set(inside, own)
    return own
  }
}

const isSame = (one: Viewport, other: Viewport) => one.x === other.x && one.y === other.y && one.zoom === other.zoom

/** Look where this level was looked at last, else at all of it: once more when the ports of its loops and subgraphs are told. */
function useView(key: string, nodes: readonly FlowNode[], told: boolean, frame: React.RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow<FlowNode, FlowLink>()
  const placed = useRef<{ key: string; look: Viewport | null }>({ key: '', look: null })
  useEffect(() => {
    attach(flow, frame.current)
    return () => attach(null, null)
  }, [flow, frame])
  useEffect(() => {
    showNodes(nodes)
    if (nodes.length === 0) return
    const { key: at, look } = placed.current
    const before = views.get(key)
    if (at !== key) {
      if (before) void flow.setViewport(before)
      else fit(undefined, false)
      placed.current = { key, look: before || told ? null : flow.getViewport() }
    } else if (told && look) {
      if (isSame(look, flow.getViewport())) fit(undefined, false)
      placed.current = { key, look: null }
    }
  }, [flow, key, nodes, told])
}

/** The nodes with what only this page knows of them: what is selected, and where and how large the pointer holds them. */
function overlaid(base: readonly FlowNode[], places: Places | null, selected: ReadonlySet<string>, size: Size | null): FlowNode[] {
  const nodes = places ? arranged(base, places) : base
  return nodes.map((node) => {
    const held = places?.has(node.id) ?? false
    if (!held && !selected.has(node.id)) return node
    const raised = selected.has(node.id) && isCard(node) && !isFrame(node) ? { zIndex: RAISED } : {}
    // React Flow makes a node larger from what it has measured
    const measured = { width: node.width ?? 0, height: node.height ?? 0 }
    const shown = { ...node, measured, selected: selected.has(node.id), dragging: held, ...raised } as FlowNode
    return size?.id === node.id ? sized(shown, size) : shown
  })
}

/** What is no longer there, such as after an undo, is not selected. */
function letGo(nodes: readonly FlowNode[]): void {
  const { names, link } = useSelection.getState()
  if (names.length === 0) return
  const there = new Set(nodes.map(({ id }) => id))
  if (names.some((name) => !there.has(name))) select(names.filter((name) => there.has(name)), link)
}

/** A click without a key means one node, also where it was one of several. */
function onlyThat({ shiftKey, ctrlKey, metaKey }: React.MouseEvent, { id }: FlowNode): void {
  if (!shiftKey && !ctrlKey && !metaKey) select([id])
}

/** Select what was clicked, or lies in a box that is drawn: that takes what is on the level where it began. */
function takeSelection(changes: readonly NodeChange<FlowNode>[], box: Point | null): void {
  const picked = changes.filter((one) => one.type === 'select')
  if (picked.length === 0) return
  const now = new Set(useSelection.getState().names)
  for (const one of picked) {
    if (one.selected) now.add(one.id)
    else now.delete(one.id)
  }
  const level = box && levelUnder(shownNodes(), box)
  select([...now].filter((id) => level === null || parent(id) === level))
}

/** The place where a box of selection was begun; null while none is drawn. */
function boxBegan({ userSelectionRect: box }: ReactFlowState<FlowNode, FlowLink>): Point | null {
  return box && [box.startX, box.startY]
}

function movedBy(changes: readonly NodeChange<FlowNode>[]): Map<string, Point> {
  const moved = new Map<string, Point>()
  for (const one of changes) {
    if (one.type === 'position' && one.position) moved.set(one.id, [one.position.x, one.position.y])
  }
  return moved
}
