/** Keeps the canvas of the view from far up to date: shifts what is drawn where it can, and draws the rest. */

import { paint, themeColours, type Colours, type Look, type Scene } from './paint'
import { beginPaint } from './pictures'
import { shiftBetween, uncovered } from './shift'

/** Milliseconds in which changes of single nodes are gathered before all is drawn anew. */
const GATHER = 120

/** What the canvas shows: place and zoom in CSS pixels, and its size. */
export interface View extends Look {
  width: number
  height: number
}

export class FarPainter {
  private readonly context: CanvasRenderingContext2D | null
  private scene: Scene | null = null
  private colours: Colours | null = null
  /** What is drawn, in pixels of the device. */
  private drawn: Look | null = null
  private frame = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly view: () => View,
  ) {
    this.context = canvas.getContext('2d', { alpha: false })
  }

  show(scene: Scene): void {
    this.scene = scene
    this.drawn = null
    this.soon()
  }

  /** Draw all anew at once, such as in other colours. */
  repaint(): void {
    this.colours = null
    this.drawn = null
    this.soon()
  }

  /** Draw all anew in a while, together with what changes until then. */
  later = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.drawn = null
      this.soon()
    }, GATHER)
  }

  /** Draw in the next frame. */
  soon = (): void => {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw())
  }

  stop(): void {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.timer)
    this.frame = 0
    this.timer = undefined
  }

  private draw(): void {
    this.frame = 0
    const { context, scene, canvas } = this
    if (!context || !scene) return
    const ratio = devicePixelRatio
    const view = this.view()
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)]
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
      canvas.style.width = `${view.width}px`
      canvas.style.height = `${view.height}px`
      this.drawn = null
    }
    const look = { x: view.x * ratio, y: view.y * ratio, zoom: view.zoom * ratio }
    const colours = (this.colours ??= themeColours(canvas))
    const shift = shiftBetween(this.drawn, look, width, height)
    if (!shift || !this.drawn) {
      beginPaint()
      paint(context, scene, look, [0, 0, width, height], colours)
      this.drawn = look
      return
    }
    const [dx, dy] = shift
    if (dx === 0 && dy === 0) return
    this.drawn = { x: this.drawn.x + dx, y: this.drawn.y + dy, zoom: look.zoom }
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(canvas, dx, dy)
    for (const part of uncovered(dx, dy, width, height)) paint(context, scene, this.drawn, part, colours)
  }
}
