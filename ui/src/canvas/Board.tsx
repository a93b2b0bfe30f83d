import {
  Background,
  BackgroundVariant,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  type Connection,
  type NodeChange,
  type OnConnectStartParams,
} from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { GROUP, type Point } from '../graph/level'
import { Linking } from '../graph/linkable'
import type { Graph } from '../protocol'
import { t } from '../i18n/t'
import { openAddNode } from '../panels/AddNode'
import { useCatalogue } from '../stores/catalogue'
import type { OpenGraph } from '../stores/graphs'
import { notify } from '../stores/notices'
import { usePreferences } from '../stores/preferences'
import { showPresence } from '../stores/presence'
import { select, useSelection } from '../stores/selection'
import { connect, insertOn, moveTo, reconnect, unlinkView } from './actions'
import { useConnecting } from './connecting'
import { dropOnto } from './drop'
import { Far } from './Far'
import { GroupBox } from './GroupBox'
import { knownOf, levelShown } from './here'
import { useFarPointer } from './farPointer'
import { LinkEdge } from './LinkEdge'
import { cardMenu, linkMenu, paneMenu } from './menus'
import { Minimap } from './Minimap'
import { NodeCard } from './NodeCard'
import { NoteBox } from './NoteBox'
import { LevelNodes, type FlowLink, type FlowNode } from './nodes'
import { Peers } from './Peers'
import { Tools } from './Tools'
import { attach, fit, MAX_ZOOM, MIN_ZOOM, showNodes, toGraph } from './view'
import { useCanvasKeys } from './useCanvasKeys'

const FAR = 0.4
const NODE_TYPES = { card: NodeCard, 'group-box': GroupBox, 'note-box': NoteBox }
const EDGE_TYPES = { link: LinkEdge }
const NO_NODES: FlowNode[] = []
const NO_LINKS: FlowLink[] = []
const EMPTY: Graph = {}

/** Where each level was looked at last. */
const views = new Map<string, { x: number; y: number; zoom: number }>()

export function Board({ session, open }: { session: string; open: OpenGraph }) {
  const flow = useReactFlow<FlowNode, FlowLink>()
  const frame = useRef<HTMLDivElement>(null)
  const catalogue = useCatalogue((now) => now.catalogue)
  const previews = usePreferences((now) => now.previewSize)
  const snap = usePreferences((now) => now.snap)
  const chosen = useSelection((now) => now.names)
  const link = useSelection((now) => now.link)
  const far = useStore((now) => now.transform[2] < FAR)
  const shown = levelShown(open)
  const level = shown?.level ?? EMPTY
  const known = useMemo(() => knownOf(open, catalogue), [open.interfaces, open.at, catalogue]) // eslint-disable-line react-hooks/exhaustive-deps
  const made = useRef<LevelNodes>(null)
  made.current ??= new LevelNodes()
  const base = useMemo(() => (made.current ?? new LevelNodes()).nodes(level, known, previews), [level, known, previews])
  const links = useMemo(() => (made.current ?? new LevelNodes()).edges(level, base), [level, base])
  const selected = useMemo(() => new Set(chosen), [chosen])
  const [drag, setDrag, dragged] = useDrag(base)
  const key = `${session}:${open.at}`

  const nodes = useMemo(
    () =>
      base.map((node) => {
        const at = drag?.get(node.id)
        if (!at && !selected.has(node.id)) return node
        const position = at ? { x: at[0], y: at[1] } : node.position
        return { ...node, position, selected: selected.has(node.id), dragging: at !== undefined } as FlowNode
      }),
    [base, drag, selected],
  )
  const edges = useMemo(
    () => (link ? links.map((one) => (one.id === link ? { ...one, selected: true } : one)) : links),
    [links, link],
  )

  useEffect(() => showNodes(nodes), [nodes])
  useEffect(() => {
    attach(flow, frame.current)
    const before = views.get(key)
    showNodes(base)
    if (before) void flow.setViewport(before)
    else fit(undefined, false)
    return () => attach(null, null)
    // Only when another level is shown.
  }, [flow, key]) // eslint-disable-line react-hooks/exhaustive-deps

  useEffect(() => showPresence(session, null, chosen), [session, chosen])

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const picked = changes.filter((one) => one.type === 'select')
      if (picked.length > 0) {
        const now = new Set(useSelection.getState().names)
        for (const one of picked) if (one.selected) now.add(one.id)
        else now.delete(one.id)
        select([...now])
      }
      const moved = changes.filter((one) => one.type === 'position' && one.position)
      if (moved.length > 0) {
        setDrag((before) => {
          const next = new Map(before)
          for (const one of moved) if (one.type === 'position' && one.position) next.set(one.id, [one.position.x, one.position.y])
          return next
        })
      }
    },
    [setDrag],
  )

  const within = useRef<{ start: Point; members: Map<string, Point> } | null>(null)
  const onDragStart = useCallback(
    (_: unknown, node: FlowNode) => {
      within.current = node.id.startsWith(GROUP) ? { start: [node.position.x, node.position.y], members: inside(node, base) } : null
    },
    [base],
  )
  const onDrag = useCallback(
    (_: unknown, node: FlowNode) => {
      const group = within.current
      if (!group) return
      const by = [node.position.x - group.start[0], node.position.y - group.start[1]] as const
      setDrag((before) => {
        const next = new Map(before)
        for (const [name, [x, y]] of group.members) next.set(name, [x + by[0], y + by[1]])
        return next
      })
    },
    [setDrag],
  )
  const onDragStop = useCallback(
    (event: React.MouseEvent | MouseEvent | TouchEvent, node: FlowNode) => {
      within.current = null
      const now = dragged.current
      if (!now || now.size === 0) return
      const positions = Object.fromEntries([...now].map(([name, at]) => [name, [Math.round(at[0]), Math.round(at[1])] as Point]))
      const onto = 'clientX' in event && now.size === 1 ? linkUnder(event.clientX, event.clientY, node.id) : ''
      void moveTo(positions).then((done) => {
        if (!done) setDrag(null)
        else if (onto) void insertOn(onto, node.id)
      })
    },
    [setDrag, dragged],
  )

  const onConnectStart = useCallback(
    (_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      if (!nodeId || !handleId) return
      const from = { name: nodeId, port: handleId, side: handleType === 'source' ? ('out' as const) : ('in' as const) }
      const linking = new Linking(level, known)
      useConnecting.setState({ from, valid: from.side === 'out' ? linking.targetsOf(from) : linking.sourcesOf(from) })
    },
    [level, known],
  )
  const isValid = useCallback((one: Connection | FlowLink) => {
    const { from, valid } = useConnecting.getState()
    if (!valid || !from) return true
    return valid.has(from.side === 'out' ? `${one.target}.${one.targetHandle ?? ''}` : `${one.source}.${one.sourceHandle ?? ''}`)
  }, [])
  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: { toHandle: { nodeId: string; id?: string | null } | null; isValid: boolean | null }) => {
      const { from } = useConnecting.getState()
      useConnecting.setState({ from: null, valid: null })
      if (!from || !('clientX' in event)) return
      if (state.toHandle && state.isValid === false) {
        const other = { name: state.toHandle.nodeId, port: state.toHandle.id ?? '' }
        const verdict = new Linking(level, known).check(from.side === 'out' ? from : other, from.side === 'out' ? other : from)
        if (!verdict.ok) notify({ kind: 'warn', text: verdict.code === 'circle' ? t('canvas.circle') : verdict.reason })
      } else if (!state.toHandle) {
        openAddNode({ position: toGraph(event.clientX, event.clientY), from })
      }
    },
    [level, known],
  )
  const onConnect = useCallback((one: Connection) => {
    void connect({ name: one.source, port: one.sourceHandle ?? '' }, { name: one.target, port: one.targetHandle ?? '' })
  }, [])

  const onKeys = useCanvasKeys(nodes)
  const farPointer = useFarPointer(far, nodes, selected, setDrag)
  return (
    // The canvas takes the keyboard as one thing; its nodes are walked by arrow keys, and listed in the outline.
    <div
      ref={frame}
      className="canvas"
      role="region"
      aria-label={t('canvas.canvas')}
      tabIndex={0}
      data-scope="canvas"
      data-far={far}
      onKeyDown={onKeys}
      onPointerMove={(event) => showPresence(session, toGraph(event.clientX, event.clientY), chosen)}
      onPointerLeave={() => showPresence(session, null, chosen)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => void dropOnto(event)}
      onDoubleClick={(event) => {
        if ((event.target as Element).closest('.react-flow__node, button, .minimap')) return
        openAddNode({ position: toGraph(event.clientX, event.clientY) })
      }}
      {...farPointer}
    >
      <ReactFlow<FlowNode, FlowLink>
        nodes={far ? NO_NODES : nodes}
        edges={far ? NO_LINKS : edges}
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
        nodesDraggable={!shown?.readOnly}
        nodesConnectable={!shown?.readOnly}
        elevateEdgesOnSelect
        connectionRadius={28}
        onNodesChange={onNodesChange}
        onNodeDragStart={onDragStart}
        onNodeDrag={onDrag}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={(event, all) => all[0] && onDragStop(event, all[0])}
        onEdgeClick={(_, one) => select([], one.id)}
        onPaneClick={() => select([])}
        onConnect={onConnect}
        onConnectStart={onConnectStart}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onReconnect={(old, now) => void reconnect(old, now)}
        onReconnectEnd={(_, one, __, state) => {
          if (!state.toHandle) void unlinkView(one.data?.link)
        }}
        onNodeContextMenu={(event, node) => cardMenu(event, node)}
        onEdgeContextMenu={(event, one) => linkMenu(event, one)}
        onPaneContextMenu={(event) => paneMenu(event as React.MouseEvent)}
        onMoveEnd={(_, viewport) => views.set(key, viewport)}
        proOptions={{ hideAttribution: false }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        {!far && <Peers session={session} nodes={nodes} />}
      </ReactFlow>
      {far && <Far nodes={nodes} links={links} selected={selected} moved={null} session={session} at={open.at} />}
      {base.length === 0 && (
        <div className="canvas__empty">
          <div>
            <h2>{t('canvas.emptyTitle')}</h2>
            <p>{t('canvas.emptyHint')}</p>
          </div>
        </div>
      )}
      {base.length > 0 && <Minimap nodes={base} />}
      <Tools readOnly={shown?.readOnly ?? false} />
    </div>
  )
}

/** Places of nodes that are being dragged, until the graph has them. */
function useDrag(base: readonly FlowNode[]) {
  const [drag, setDrag] = useState<ReadonlyMap<string, Point> | null>(null)
  const busy = useRef(drag)
  busy.current = drag
  useEffect(() => {
    const now = busy.current
    if (!now) return
    const there = new Map(base.map((node) => [node.id, node.position]))
    const left = [...now].filter(([name, [x, y]]) => {
      const at = there.get(name)
      return at && (Math.round(at.x) !== Math.round(x) || Math.round(at.y) !== Math.round(y))
    })
    if (left.length < now.size) setDrag(left.length > 0 ? new Map(left) : null)
  }, [base])
  return [drag, setDrag, busy] as const
}

/** Members of a frame: the cards whose middle lies in it. */
function inside(group: FlowNode, nodes: readonly FlowNode[]): Map<string, Point> {
  const { x, y } = group.position
  const members = new Map<string, Point>()
  for (const node of nodes) {
    if (node.id === group.id) continue
    const mx = node.position.x + (node.width ?? 0) / 2
    const my = node.position.y + (node.height ?? 0) / 2
    if (mx > x && my > y && mx < x + (group.width ?? 0) && my < y + (group.height ?? 0)) {
      members.set(node.id, [node.position.x, node.position.y])
    }
  }
  return members
}

/** Id of the link under a point of the page that does not belong to a node itself. */
function linkUnder(x: number, y: number, name: string): string {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id')
    if (id && !id.startsWith(`${name}.`) && !id.includes(`>${name}.`)) return id
  }
  return ''
}
