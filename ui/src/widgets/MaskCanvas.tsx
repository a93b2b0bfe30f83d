import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { inInk, paint, paintAct, type Act, type Painting, type Spot } from './masks'
import { useLoad } from '../views/useLoad'

interface MaskCanvasProps {
  readonly picture: string
  readonly mask: string | undefined
  readonly painting: Painting
  /** Of the brush, in pixels of the picture. */
  readonly size: number
  readonly erases: boolean
  readonly onAct: (act: Act) => void
  /** Gets the canvas that holds the mask, once the picture is there. */
  readonly onReady: (canvas: HTMLCanvasElement) => void
}

interface Layers {
  readonly width: number
  readonly height: number
  readonly first: ImageBitmap | undefined
}

/** The picture, and the mask that is painted over it. */
export function MaskCanvas(props: MaskCanvasProps) {
  const { picture, mask } = props
  const loaded = useLoad(`${picture} ${mask ?? ''}`, async (signal): Promise<Layers> => {
    const image = new Image()
    image.src = picture
    await image.decode()
    const first = mask === undefined ? undefined : await whiteAsOpaque(mask, signal)
    return { width: image.naturalWidth, height: image.naturalHeight, first }
  })
  if (loaded.state === 'loading') return <p className="mask-canvas widget-note">{t('widgets.loading')}</p>
  if (loaded.state === 'failed') {
    return (
      <p className="mask-canvas widget-note" role="alert">
        {t('widgets.maskNoPicture')}{' '}
        <Button onClick={loaded.retry}>{t('widgets.retry')}</Button>
      </p>
    )
  }
  return <Canvas {...props} {...loaded.value} />
}

function Canvas(props: MaskCanvasProps & Layers) {
  const { picture, width, height, first, painting, size, erases, onAct, onReady } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const stroke = useRef<Spot[] | null>(null)
  const [cursor, setCursor] = useState<Spot>({ x: width / 2, y: height / 2 })
  const [shows, setShows] = useState(false)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context) paint(context, painting.acts, first)
  }, [painting, first, width, height])
  useEffect(() => {
    if (canvas.current) onReady(canvas.current)
  }, [onReady])

  const spotOf = (event: PointerEvent): Spot => {
    const rect = event.currentTarget.getBoundingClientRect()
    return {
      x: ((event.clientX - rect.left) / rect.width) * width,
      y: ((event.clientY - rect.top) / rect.height) * height,
    }
  }
  const draw = (spots: readonly Spot[]) => {
    const context = canvas.current?.getContext('2d')
    if (context) paintAct(context, { kind: 'stroke', spots, size, erases })
  }
  const onPointerMove = (event: PointerEvent) => {
    const spot = spotOf(event)
    setCursor(spot)
    const spots = stroke.current
    if (!spots) return
    draw([spots.at(-1) ?? spot, spot])
    spots.push(spot)
  }
  const finish = () => {
    const spots = stroke.current
    stroke.current = null
    if (spots) onAct({ kind: 'stroke', spots, size, erases })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const far = (event.shiftKey ? 0.1 : 0.02) * Math.max(width, height)
    const ways: Record<string, Spot> = {
      ArrowLeft: { x: -far, y: 0 }, ArrowRight: { x: far, y: 0 }, ArrowUp: { x: 0, y: -far }, ArrowDown: { x: 0, y: far },
    }
    const way = ways[event.key]
    if (!way && event.key !== ' ') return
    event.preventDefault()
    const next = { x: clamp(cursor.x + (way?.x ?? 0), width), y: clamp(cursor.y + (way?.y ?? 0), height) }
    setCursor(next)
    // Space paints a dot; with Control, the arrow keys paint the way they go
    if (!way || event.ctrlKey) onAct({ kind: 'stroke', spots: way ? [cursor, next] : [cursor], size, erases })
  }
  const percent = (part: number, whole: number) => `${(part / whole) * 100}%`
  return (
    <div className="mask-canvas">
      <div
        className="mask-canvas__plane"
        style={{ aspectRatio: `${width} / ${height}`, '--ratio': width / height }}
        role="application"
        tabIndex={0}
        aria-label={t('widgets.maskPlane', { width: String(width), height: String(height) })}
        data-cursor={shows || undefined}
        onFocus={() => setShows(true)}
        onBlur={() => setShows(false)}
        onPointerEnter={() => setShows(true)}
        onPointerLeave={() => setShows(false)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          stroke.current = [spotOf(event)]
          draw(stroke.current)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={finish}
        onPointerCancel={finish}
      >
        <img className="mask-canvas__picture" src={picture} alt="" draggable={false} />
        <canvas ref={canvas} className="mask-canvas__mask" width={width} height={height} />
        <span
          className="mask-canvas__cursor"
          style={{
            left: percent(cursor.x, width),
            top: percent(cursor.y, height),
            width: percent(size, width),
          }}
        />
      </div>
    </div>
  )
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}

/** A grey mask with its brightness as opacity, as it is painted here. */
async function whiteAsOpaque(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(response.statusText)
  const bitmap = await createImageBitmap(await response.blob())
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('this browser has no canvas')
  context.drawImage(bitmap, 0, 0)
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height)
  for (let i = 0; i < pixels.data.length; i += 4) {
    pixels.data[i + 3] = pixels.data[i] ?? 0
  }
  context.putImageData(pixels, 0, 0)
  inInk(context)
  return createImageBitmap(canvas)
}
