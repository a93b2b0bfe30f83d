import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { extent, readObj, turned, type Mesh } from './meshes'
import { Told, WhenLoaded } from './Told'
import { useLoad } from './useLoad'
import './mesh-view.css'

interface MeshProps {
  readonly url: string
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
}

interface Pose {
  readonly turn: number
  readonly tip: number
  readonly zoom: number
}

const start: Pose = { turn: 0.6, tip: 0.4, zoom: 1 }

/** A mesh (Wavefront OBJ) as its edges, turned by dragging, arrow keys, + and −. */
export function MeshView({ url, size, title }: MeshProps) {
  const loaded = useLoad(url, async (signal) => {
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    return readObj(await response.text())
  })
  return (
    <WhenLoaded loaded={loaded}>
      {(mesh) => (mesh.vertices.length === 0 ? <Told text={t('views.noMesh')} /> : <Wire mesh={mesh} size={size} title={title} />)}
    </WhenLoaded>
  )
}

function Wire({ mesh, size, title }: Omit<MeshProps, 'url'> & { readonly mesh: Mesh }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pose, setPose] = useState(start)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => drawMesh(element, mesh, pose)
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    draw()
    return () => observer.disconnect()
  }, [mesh, pose])
  const turn = (x: number, y: number) => {
    setPose((now) => ({ ...now, turn: now.turn + x, tip: Math.min(1.57, Math.max(-1.57, now.tip + y)) }))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      ArrowLeft: () => turn(-0.15, 0),
      ArrowRight: () => turn(0.15, 0),
      ArrowUp: () => turn(0, -0.15),
      ArrowDown: () => turn(0, 0.15),
      '+': () => setPose({ ...pose, zoom: Math.min(20, pose.zoom * 1.25) }),
      '-': () => setPose({ ...pose, zoom: Math.max(0.2, pose.zoom / 1.25) }),
      '0': () => setPose(start),
    }
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  const onPointerMove = (event: PointerEvent) => {
    if (event.buttons === 1) turn(event.movementX / 120, event.movementY / 120)
  }
  return (
    <figure className="mesh-view">
      <canvas
        ref={canvas}
        className="mesh-view__canvas nodrag"
        role="img"
        tabIndex={0}
        aria-label={t('views.meshOf', { title })}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
      />
      {size !== 'card' && (
        <figcaption className="mesh-view__foot">
          {t('views.meshSize', { vertices: mesh.vertices.length, n: mesh.faces })}
        </figcaption>
      )}
    </figure>
  )
}

function drawMesh(canvas: HTMLCanvasElement, mesh: Mesh, pose: Pose): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = window.devicePixelRatio
  canvas.width = Math.max(1, width * ratio)
  canvas.height = Math.max(1, height * ratio)
  context.setTransform(ratio, 0, 0, ratio, (width / 2) * ratio, (height / 2) * ratio)
  context.strokeStyle = getComputedStyle(canvas).color
  context.globalAlpha = Math.min(1, Math.max(0.15, 400 / mesh.edges.length))
  const { middle, radius } = extent(mesh.vertices)
  const scale = (Math.min(width, height) * 0.45 * pose.zoom) / radius
  const places = mesh.vertices.map(([x, y, z]) =>
    turned([x - middle[0], y - middle[1], z - middle[2]], pose.turn, pose.tip),
  )
  context.beginPath()
  for (const [from, to] of mesh.edges) {
    const a = places[from]
    const b = places[to]
    if (!a || !b) continue
    context.moveTo(a[0] * scale, -a[1] * scale)
    context.lineTo(b[0] * scale, -b[1] * scale)
  }
  context.stroke()
}
