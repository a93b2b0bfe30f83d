import { ToggleGroup } from 'radix-ui'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { formatPercent, t, type Key } from '../i18n/t'
import { Spinner } from '../shell/Spinner'
import { difference } from './difference'
import { WhenLoaded } from './Told'
import { useLoad } from './useLoad'
import './compare-view.css'

const Slider = lazy(() => import('./CompareSlider').then((module) => ({ default: module.CompareSlider })))

export interface Compared {
  readonly url: string
  readonly title: string
}

export type CompareMode = 'slider' | 'side' | 'difference'

const modes: readonly (readonly [CompareMode, Key])[] = [
  ['slider', 'views.compareSlider'],
  ['side', 'views.compareSide'],
  ['difference', 'views.compareDifference'],
]

interface CompareProps {
  readonly before: Compared
  readonly after: Compared
  readonly mode?: CompareMode
  /** Stands below the pictures where their difference is not counted. */
  readonly note?: string
}

/** Two pictures against each other: one sliding over the other, side by side, or their difference. */
export function CompareView({ before, after, mode: first = 'slider', note }: CompareProps) {
  const [mode, setMode] = useState<CompareMode>(first)
  return (
    <div className="compare-view">
      <ToggleGroup.Root
        type="single"
        className="compare-view__modes"
        value={mode}
        aria-label={t('views.compare')}
        onValueChange={(next) => {
          const found = modes.find(([one]) => one === next)
          if (found) setMode(found[0])
        }}
      >
        {modes.map(([one, key]) => (
          <ToggleGroup.Item key={one} value={one} className="compare-view__mode">{t(key)}</ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      <div className="compare-view__stage">
        {mode === 'slider' && (
          <Suspense fallback={<Spinner />}>
            <Slider before={before} after={after} />
          </Suspense>
        )}
        {mode === 'side' && <Side before={before} after={after} />}
        {mode === 'difference' && <Differing before={before} after={after} />}
        {mode !== 'difference' && note && <p className="compare-view__note">{note}</p>}
      </div>
    </div>
  )
}

function Side({ before, after }: Pick<CompareProps, 'before' | 'after'>) {
  return (
    <div className="compare-view__side">
      {[before, after].map(({ url, title }, i) => (
        <figure key={i} className="compare-view__half">
          <img src={url} alt={title} decoding="async" />
          <figcaption>{title}</figcaption>
        </figure>
      ))}
    </div>
  )
}

function Differing({ before, after }: Pick<CompareProps, 'before' | 'after'>) {
  const [gain, setGain] = useState(4)
  const loaded = useLoad(`${before.url} ${after.url}`, (signal) =>
    Promise.all([readPixels(before.url, signal), readPixels(after.url, signal)]),
  )
  return (
    <>
      <WhenLoaded loaded={loaded}>
        {([a, b]) => <DifferenceCanvas a={a} b={b} gain={gain} title={t('views.differenceOf', { before: before.title, after: after.title })} />}
      </WhenLoaded>
      <label className="compare-view__gain">
        {t('views.gain', { n: gain })}
        <input type="range" min={1} max={32} value={gain} onChange={(event) => setGain(Number(event.target.value))} />
      </label>
    </>
  )
}

async function readPixels(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return createImageBitmap(await response.blob(), { premultiplyAlpha: 'none' })
}

interface DifferenceProps {
  readonly a: ImageBitmap
  readonly b: ImageBitmap
  readonly gain: number
  readonly title: string
}

/** Of two sizes, the second picture is brought to the first one's. */
function DifferenceCanvas({ a, b, gain, title }: DifferenceProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [told, setTold] = useState('')
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const found = difference(bytes(a, a.width, a.height), bytes(b, a.width, a.height), gain)
    context.putImageData(new ImageData(found.pixels, a.width, a.height), 0, 0)
    setTold(
      found.most === 0
        ? t('views.same')
        : t('views.differs', { share: formatPercent(found.share), mean: formatPercent(found.mean, 1), most: formatPercent(found.most, 1) }),
    )
  }, [a, b, gain])
  const sizes = { first: `${a.width} × ${a.height}`, second: `${b.width} × ${b.height}` }
  return (
    <figure className="compare-view__half">
      <canvas ref={canvas} width={a.width} height={a.height} role="img" aria-label={title} />
      <figcaption aria-live="polite">
        {told}
        {(a.width !== b.width || a.height !== b.height) && ` ${t('views.otherSize', sizes)}`}
      </figcaption>
    </figure>
  )
}

function bytes(picture: ImageBitmap, width: number, height: number): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('this browser has no canvas')
  context.drawImage(picture, 0, 0, width, height)
  return context.getImageData(0, 0, width, height).data
}
