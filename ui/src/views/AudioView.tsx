import { Pause, Play } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { t } from '../i18n/t'
import { IconButton } from '../shell/Button'
import { Told, WhenLoaded } from './Told'
import { useLoad } from './useLoad'
import { clock, peaks } from './waveform'
import './audio-view.css'

interface AudioProps {
  readonly url: string
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
}

/** A sound with its outline. It never plays by itself. */
export function AudioView({ url, size, title }: AudioProps) {
  const loaded = useLoad(url, (signal) => decode(url, signal))
  return <WhenLoaded loaded={loaded}>{(sound) => <Player url={url} sound={sound} size={size} title={title} />}</WhenLoaded>
}

/** The outline is drawn from this; its rate is low, since nobody listens to it. */
async function decode(url: string, signal: AbortSignal): Promise<AudioBuffer> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return new OfflineAudioContext(1, 1, 8000).decodeAudioData(await response.arrayBuffer())
}

function Player({ url, sound, size, title }: AudioProps & { readonly sound: AudioBuffer }) {
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [time, setTime] = useState(0)
  const [failed, setFailed] = useState(false)
  const { duration } = sound
  const seek = (to: number) => {
    const element = audio.current
    if (!element) return
    element.currentTime = Math.min(duration, Math.max(0, to))
    setTime(element.currentTime)
  }
  const toggle = () => {
    const element = audio.current
    if (!element) return
    if (element.paused) void element.play().catch(() => setFailed(true))
    else element.pause()
  }
  if (failed) return <Told text={t('views.noSound')} retry={() => setFailed(false)} />
  return (
    <div className="audio-view" data-size={size} role="group" aria-label={title}>
      <IconButton
        icon={playing ? Pause : Play}
        label={t(playing ? 'views.pause' : 'views.play')}
        className="audio-view__play nodrag"
        onClick={toggle}
      />
      <Wave sound={sound} time={time} title={title} onSeek={seek} onToggle={toggle} />
      <span className="audio-view__time">
        {clock(time)} / {clock(duration)}
      </span>
      <audio
        ref={audio}
        src={url}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={({ currentTarget }) => setTime(currentTarget.currentTime)}
        onError={() => setFailed(true)}
      />
    </div>
  )
}

interface WaveProps {
  readonly sound: AudioBuffer
  /** Seconds from the start. */
  readonly time: number
  readonly title: string
  readonly onSeek: (to: number) => void
  readonly onToggle: () => void
}

function Wave({ sound, time, title, onSeek, onToggle }: WaveProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { duration } = sound
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const observer = new ResizeObserver(() => drawWave(element, sound))
    observer.observe(element)
    return () => observer.disconnect()
  }, [sound])
  const onPointer = (event: PointerEvent) => {
    if (event.buttons !== 1) return
    const rect = event.currentTarget.getBoundingClientRect()
    event.currentTarget.setPointerCapture(event.pointerId)
    onSeek(((event.clientX - rect.left) / rect.width) * duration)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 10 : 1
    const ways: Record<string, number> = {
      ArrowLeft: time - far, ArrowDown: time - far, ArrowRight: time + far, ArrowUp: time + far, Home: 0, End: duration,
    }
    const to = ways[event.key]
    if (to !== undefined) onSeek(to)
    else if (event.key === ' ') onToggle()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const part = duration > 0 ? time / duration : 0
  return (
    <div
      className="audio-view__wave nodrag"
      role="slider"
      tabIndex={0}
      aria-label={t('views.seek', { title })}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration * 10) / 10}
      aria-valuenow={Math.round(time * 10) / 10}
      aria-valuetext={`${clock(time)} / ${clock(duration)}`}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} className="audio-view__canvas" aria-hidden />
      <span className="audio-view__played" style={{ width: `${part * 100}%` }} />
    </div>
  )
}

/** One bar a column of the canvas, in the colour of its text. */
function drawWave(canvas: HTMLCanvasElement, sound: AudioBuffer): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = window.devicePixelRatio
  canvas.width = Math.max(1, width * ratio)
  canvas.height = Math.max(1, height * ratio)
  context.scale(ratio, ratio)
  context.fillStyle = getComputedStyle(canvas).color
  const bars = Math.max(1, Math.floor(width / 3))
  const { low, high } = peaks(sound.getChannelData(0), bars)
  for (let i = 0; i < bars; i += 1) {
    const top = (1 - (high[i] ?? 0)) * (height / 2)
    const bottom = (1 - (low[i] ?? 0)) * (height / 2)
    context.fillRect(i * 3, Math.min(top, height / 2 - 0.5), 2, Math.max(1, bottom - top))
  }
}
