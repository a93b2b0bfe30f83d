import { Play, Rotate3d, X } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { t } from '../../../i18n/t'
import { IconButton } from '../../../shell/Button'
import { clock } from '../../../views/waveform'
import { framesOf } from '../../../views/recorded'
import { shortNumber } from '../../../views/summary'
import { useKeyed } from '../../../stores/keyed'
import { pictured, results } from '../../../stores/results'
import { nodeKey, nodeRuns } from '../../../stores/runs'
import type { CardData } from '../../nodes'
import { fileOf, useGlimpse, type Stored } from './glimpse'
import './previews.css'

const VideoView = lazy(() => import('../../../views/VideoView').then((module) => ({ default: module.VideoView })))
const MeshView = lazy(() => import('../../../views/MeshView').then((module) => ({ default: module.MeshView })))

interface MovingPictureProps {
  readonly data: CardData
  readonly session: string
  readonly path: string
}

/** What lies over the picture of a video or mesh: how long it is, and a button that brings it to life in its place. */
export function MovingPicture({ data, session, path }: MovingPictureProps) {
  const key = nodeKey(session, path)
  const stored = pictured(useKeyed(results, key))
  const running = useKeyed(nodeRuns, key)?.status === 'running'
  if (!stored || running) return null
  return <Living key={stored.result.digest} stored={{ session, path, old: false, ...stored }} title={data.face.title} />
}

function Living({ stored, title }: { readonly stored: Stored; readonly title: string }) {
  const [alive, setAlive] = useState(false)
  const glimpse = useGlimpse(stored)
  if (!glimpse || glimpse.media === '') return null
  const { kind, summary } = glimpse
  const isVideo = kind === 'video'
  if (alive) {
    return (
      <div className="card-alive nowheel">
        <Suspense>
          {isVideo ? (
            <VideoView url={fileOf(stored)} size="card" title={title} fps={framesOf(summary)} playing />
          ) : (
            <MeshView url={fileOf(stored)} size="card" title={title} />
          )}
        </Suspense>
        <IconButton icon={X} size="small" label={t('canvas.still')} className="card-alive__end nodrag" onClick={() => setAlive(false)} />
      </div>
    )
  }
  const rate = framesOf(summary)
  return (
    <div className="card-moving">
      {isVideo && (
        <span className="card-moving__facts">
          {[t('canvas.frames', { n: summary.count }), rate === undefined ? '' : t('canvas.rate', { rate: shortNumber(rate) }), clock(summary.seconds)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      )}
      <IconButton
        icon={isVideo ? Play : Rotate3d}
        label={t(isVideo ? 'views.play' : 'canvas.turnMesh')}
        className="card-moving__start nodrag"
        onClick={() => setAlive(true)}
      />
    </div>
  )
}
