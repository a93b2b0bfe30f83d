import { Repeat, StepBack, StepForward } from 'lucide-react'
import { useRef, useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { IconButton } from '../shell/Button'
import { Told } from './Told'
import './video-view.css'

/** Of a video whose rate nobody told. */
const USUAL_RATE = 24

interface VideoProps {
  readonly url: string
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
  /** Pictures a second. */
  readonly fps: number | undefined
  /** Whether it plays as soon as it is shown, without sound. */
  readonly playing?: boolean
}

/** A video with the browser's controls; also picture by picture (`,` and `.`), and over and over. */
export function VideoView({ url, size, title, fps = USUAL_RATE, playing = false }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null)
  const [loop, setLoop] = useState(true)
  const [failed, setFailed] = useState(false)
  const step = (way: number) => {
    const element = video.current
    if (!element) return
    element.pause()
    element.currentTime = Math.max(0, element.currentTime + way / fps)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const way = event.key === ',' ? -1 : event.key === '.' ? 1 : 0
    if (way === 0) return
    event.preventDefault()
    event.stopPropagation()
    step(way)
  }
  if (failed) return <Told text={t('views.noVideo')} retry={() => setFailed(false)} />
  return (
    <div className="video-view" role="group" aria-label={title} onKeyDown={onKeyDown}>
      <video
        ref={video}
        className="video-view__video nodrag"
        src={url}
        controls
        loop={loop}
        muted={size === 'card'}
        autoPlay={playing}
        playsInline
        preload="metadata"
        onError={() => setFailed(true)}
      />
      {size !== 'card' && (
        <div className="video-view__tools" role="toolbar" aria-label={t('views.videoTools')}>
          <IconButton icon={StepBack} label={t('views.frameBack')} onClick={() => step(-1)} />
          <IconButton icon={StepForward} label={t('views.frameOn')} onClick={() => step(1)} />
          <IconButton icon={Repeat} label={t('views.loop')} pressed={loop} onClick={() => setLoop(!loop)} />
        </div>
      )}
    </div>
  )
}
