import { Pause, Play } from 'lucide-react'
import { useRef, useState } from 'react'
import { t } from '../../../i18n/t'
import { IconButton } from '../../../shell/Button'
import { clock, outlinePath } from '../../../views/waveform'
import { fileOf, useGlimpse, type Stored } from './glimpse'

/** A sound as its outline, to be played. Its file is fetched when it is. */
export function ShortSound({ stored, title }: { readonly stored: Stored; readonly title: string }) {
  const glimpse = useGlimpse(stored)
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [failed, setFailed] = useState(false)
  const [time, setTime] = useState(0)
  if (!glimpse) return null
  const { summary, media } = glimpse
  const { peaks, seconds } = summary
  const toggle = () => {
    const element = audio.current
    if (element?.paused) void element.play().catch(() => setFailed(true))
    else element?.pause()
  }
  return (
    <div className="card-sound" data-playing={playing || undefined}>
      {media !== '' && !stored.old && (
        <IconButton
          icon={playing ? Pause : Play}
          label={t(failed ? 'views.noSound' : playing ? 'views.pause' : 'views.play')}
          size="small"
          className="nodrag"
          disabled={failed}
          onClick={toggle}
        />
      )}
      <span className="card-sound__wave" role="img" aria-label={t('canvas.sound', { title, length: clock(seconds) })}>
        <svg viewBox={`0 -1 ${peaks.length || 1} 2`} preserveAspectRatio="none" aria-hidden>
          <path d={outlinePath(peaks)} />
        </svg>
        {time > 0 && <span className="card-sound__played" style={{ width: `${(100 * time) / (seconds || 1)}%` }} />}
      </span>
      <span className="card-sound__time" aria-hidden>{clock(time || seconds)}</span>
      <audio
        ref={audio}
        src={fileOf(stored)}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setTime(0)}
        onTimeUpdate={({ currentTarget }) => setTime(currentTarget.ended ? 0 : currentTarget.currentTime)}
        onError={() => setFailed(true)}
      />
    </div>
  )
}
