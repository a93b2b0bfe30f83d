import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { centred, facesOf, readObj, verticesOf, type Mesh } from './meshes'
import { isGlb, readGlb } from './readGlb'
import { shade, START, type Pose } from './shading'
import { Told, WhenLoaded } from './Told'
import { useLoad } from './useLoad'
import './mesh-view.css'

interface MeshProps {
  readonly url: string
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
}

/** A mesh (binary glTF, Wavefront OBJ), turned by dragging, arrow keys, + and −. */
export function MeshView({ url, size, title }: MeshProps) {
  const loaded = useLoad(url, async (signal) => {
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    const data = await response.arrayBuffer()
    return centred(isGlb(data) ? readGlb(data) : readObj(new TextDecoder().decode(data)))
  })
  return (
    <WhenLoaded loaded={loaded}>
      {(mesh) => (facesOf(mesh) === 0 ? <Told text={t('views.noMesh')} /> : <Solid mesh={mesh} size={size} title={title} />)}
    </WhenLoaded>
  )
}

function Solid({ mesh, size, title }: Omit<MeshProps, 'url'> & { readonly mesh: Mesh }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pose, setPose] = useState(START)
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
      '0': () => setPose(START),
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
          {t('views.meshSize', { vertices: verticesOf(mesh), n: facesOf(mesh) })}
        </figcaption>
      )}
    </figure>
  )
}

/** Pixels for each of the page's, so that edges are smooth; fewer of a large view, so that it turns without halting. */
const FINE = 2
const MOST = 1.2e6

function drawMesh(canvas: HTMLCanvasElement, mesh: Mesh, pose: Pose): void {
  const context = canvas.getContext('2d')
  const { clientWidth, clientHeight } = canvas
  if (!context || clientWidth === 0 || clientHeight === 0) return
  const fine = Math.min(FINE, Math.sqrt(MOST / (clientWidth * clientHeight)))
  const [width, height] = [Math.max(1, Math.round(clientWidth * fine)), Math.max(1, Math.round(clientHeight * fine))]
  canvas.width = width
  canvas.height = height
  context.putImageData(new ImageData(shade(mesh, pose, width, height), width, height), 0, 0)
}
