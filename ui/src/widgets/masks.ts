/** A painted mask as the strokes that made it: undo drops the last, and the picture is painted anew. */

export interface Spot {
  readonly x: number
  readonly y: number
}

export interface Stroke {
  readonly kind: 'stroke'
  readonly spots: readonly Spot[]
  /** Width, in pixels of the picture. */
  readonly size: number
  readonly erases: boolean
}

export type Act = Stroke | { readonly kind: 'clear' } | { readonly kind: 'invert' }

export interface Painting {
  readonly acts: readonly Act[]
  /** What was taken back, the last first. */
  readonly undone: readonly Act[]
}

export const blank: Painting = { acts: [], undone: [] }

export function did(painting: Painting, act: Act): Painting {
  return { acts: [...painting.acts, act], undone: [] }
}

export function undo({ acts, undone }: Painting): Painting {
  const last = acts.at(-1)
  return last ? { acts: acts.slice(0, -1), undone: [last, ...undone] } : { acts, undone }
}

export function redo({ acts, undone }: Painting): Painting {
  const [next, ...rest] = undone
  return next ? { acts: [...acts, next], undone: rest } : { acts, undone }
}

/** What is painted with; only its opacity is kept. Beside its outline it can be told from any picture. */
const INK = '#6d5cf0'

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Paint the acts onto a canvas, where opaque means: edit here. */
export function paint(context: Context, acts: readonly Act[], first?: CanvasImageSource): void {
  const { width, height } = context.canvas
  context.globalCompositeOperation = 'source-over'
  context.clearRect(0, 0, width, height)
  if (first) context.drawImage(first, 0, 0, width, height)
  for (const act of acts) paintAct(context, act)
}

/** Paint one act more. */
export function paintAct(context: Context, act: Act): void {
  const { width, height } = context.canvas
  if (act.kind === 'clear') context.clearRect(0, 0, width, height)
  else if (act.kind === 'invert') {
    // What was opaque becomes clear, and soft edges stay soft
    fillAll(context, 'xor', INK)
  } else paintStroke(context, act)
  context.globalCompositeOperation = 'source-over'
}

function paintStroke(context: Context, act: Stroke): void {
  const [first, ...rest] = act.spots
  if (!first) return
  context.globalCompositeOperation = act.erases ? 'destination-out' : 'source-over'
  context.strokeStyle = INK
  context.lineWidth = act.size
  context.lineCap = context.lineJoin = 'round'
  context.beginPath()
  context.moveTo(first.x, first.y)
  for (const { x, y } of rest) context.lineTo(x, y)
  // A dot is a line without a length, which some browsers leave out
  if (rest.length === 0) context.lineTo(first.x + 0.01, first.y)
  context.stroke()
}

/** Give a mask whose opacity says where to edit the colour that it is painted with. */
export function inInk(context: Context): void {
  fillAll(context, 'source-in', INK)
}

function fillAll(context: Context, how: GlobalCompositeOperation, colour: string): void {
  context.globalCompositeOperation = how
  context.fillStyle = colour
  context.fillRect(0, 0, context.canvas.width, context.canvas.height)
  context.globalCompositeOperation = 'source-over'
}

/** The mask as a picture file: white where to edit, black elsewhere. */
export async function toPng(mask: HTMLCanvasElement): Promise<Blob> {
  const flat = new OffscreenCanvas(mask.width, mask.height)
  const context = flat.getContext('2d')
  if (!context) throw new Error('this browser has no canvas')
  context.drawImage(mask, 0, 0)
  fillAll(context, 'source-in', '#fff')
  fillAll(context, 'destination-over', '#000')
  return flat.convertToBlob({ type: 'image/png' })
}
