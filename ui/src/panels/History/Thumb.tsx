import { AudioLines, Box, Clapperboard, FileQuestion, Type } from 'lucide-react'
import { address } from '../../api/http'
import { t } from '../../i18n/t'
import type { ArtifactRecord } from '../../protocol'
import { isImage } from '../Gallery/pictures'
import { shown } from '../SweepGrid/sweep'
import './Thumb.css'

export interface ThumbProps {
  readonly artifact: ArtifactRecord
  /** Pixels of its longer side. */
  readonly size?: number
  readonly alt?: string
}

/** A small picture of what a run gave, or a sign for what can't be drawn. */
export function Thumb({ artifact, size = 256, alt = '' }: ThumbProps) {
  if (isImage(artifact)) {
    const src = address(`artifacts/${artifact.digest}/thumbnail`, { size })
    return <img className="thumb" src={src} alt={alt} loading="lazy" decoding="async" draggable={false} />
  }
  if (!artifact.media) return <span className="thumb thumb--text">{shown(artifact.value, 60)}</span>
  return (
    <span
      className="thumb thumb--icon"
      role="img"
      aria-label={alt || t('panels.fileOf', { kind: artifact.type })}
    >
      <Sign media={artifact.media} />
    </span>
  )
}

const SIGN = { size: 20, strokeWidth: 1.5, 'aria-hidden': true } as const

function Sign({ media }: { readonly media: string }) {
  if (media.startsWith('audio/')) return <AudioLines {...SIGN} />
  if (media.startsWith('video/')) return <Clapperboard {...SIGN} />
  if (media.startsWith('model/')) return <Box {...SIGN} />
  return media.startsWith('text/') ? <Type {...SIGN} /> : <FileQuestion {...SIGN} />
}
