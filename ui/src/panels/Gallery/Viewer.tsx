import { ChevronLeft, ChevronRight, Columns2, Download, FolderOpen, RotateCcw } from 'lucide-react'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { address } from '../../api/http'
import { formatBytes, formatSeconds, formatTime, t } from '../../i18n/t'
import { Button, IconButton } from '../../shell/Button'
import { Modal } from '../../shell/Modal'
import { announce } from '../../shell/announce'
import { closeOverlay } from '../Files/overlay'
import { downloadArtifact, openRun, restoreRun } from '../History/actions'
import { compareRun } from '../History/comparing'
import { mainText, placeTitle } from '../History/words'
import { spent } from '../RunButton/watch'
import { shown } from '../SweepGrid/sweep'
import { pictureKey, type Picture } from './pictures'
import './Gallery.css'

export interface ViewerProps {
  readonly pictures: readonly Picture[]
  /** The place of the one that is shown first. */
  readonly at: number
}

/** Pictures one by one, as large as there is room, with what made them. The arrow keys go to others. */
export function Viewer({ pictures, at: first }: ViewerProps) {
  const [at, setAt] = useState(first)
  const place = Math.max(0, Math.min(at, pictures.length - 1))
  const picture = pictures[place]
  const title = picture ? mainText(picture.run) || picture.run.title || picture.artifact.output : ''
  useEffect(() => {
    announce(t('panels.pictureAt', { place: place + 1, of: pictures.length, title }))
  }, [place, pictures.length, title])
  if (!picture) return null
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: pictures.length - 1 }[event.key]
    if (to === undefined || event.target instanceof HTMLVideoElement) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(pictures.length - 1, to)))
  }
  return (
    <Modal open onOpenChange={(open) => !open && closeOverlay()} size="full" title={title} className="viewer">
      <div className="viewer__body" onKeyDown={keys}>
        <Stage picture={picture} title={title}>
          {place > 0 && (
            <span className="viewer__step viewer__step--back">
              <IconButton
                icon={ChevronLeft}
                label={t('panels.pictureBefore')}
                onClick={() => setAt(place - 1)}
              />
            </span>
          )}
          {place < pictures.length - 1 && (
            <span className="viewer__step viewer__step--on">
              <IconButton
                icon={ChevronRight}
                label={t('panels.pictureNext')}
                onClick={() => setAt(place + 1)}
              />
            </span>
          )}
        </Stage>
        <Facts picture={picture} place={place} of={pictures.length} />
      </div>
    </Modal>
  )
}

interface StageProps {
  readonly picture: Picture
  readonly title: string
  readonly children: React.ReactNode
}

/** Pixels up to which a picture is enlarged without a blur. */
const SMALL = 128

function Stage({ picture, title, children }: StageProps) {
  const [small, setSmall] = useState(false)
  return (
    <div
      className={`viewer__stage ${small ? 'viewer__stage--small' : ''}`}
      role="group"
      aria-label={t('panels.pictureKeys')}
      tabIndex={0}
      data-autofocus=""
    >
      <img
        key={pictureKey(picture)}
        src={address(`artifacts/${picture.artifact.digest}`)}
        alt={title}
        onLoad={(event) =>
          setSmall(Math.max(event.currentTarget.naturalWidth, event.currentTarget.naturalHeight) <= SMALL)
        }
      />
      {children}
    </div>
  )
}

function Facts({
  picture,
  place,
  of,
}: {
  readonly picture: Picture
  readonly place: number
  readonly of: number
}) {
  const { run, artifact } = picture
  const compare = () => {
    closeOverlay()
    compareRun(run)
  }
  const restore = async () => {
    closeOverlay()
    await restoreRun(run)
  }
  const open = async () => {
    closeOverlay()
    await openRun(run)
  }
  return (
    <aside className="viewer__side" aria-label={t('panels.pictureFacts')}>
      <div className="viewer__actions">
        <Button
          icon={Download}
          onClick={() => downloadArtifact(run, artifact)}
        >
          {t('panels.download')}
        </Button>
        <Button icon={FolderOpen} onClick={() => void open()}>
          {t('panels.openGraph')}
        </Button>
        <Button icon={RotateCcw} onClick={() => void restore()}>
          {t('panels.restore')}
        </Button>
        <Button icon={Columns2} onClick={compare}>
          {t('panels.compare')}
        </Button>
      </div>
      <dl className="viewer__facts">
        <Fact name={t('panels.place')} value={t('panels.placeOf', { place: place + 1, of })} />
        <Fact name={t('panels.factGraph')} value={run.title} />
        <Fact name={t('panels.factOutput')} value={artifact.output} />
        <Fact name={t('panels.factTime')} value={formatTime(run.created * 1000)} />
        <Fact name={t('panels.factTook')} value={formatSeconds(spent(run))} />
        <Fact name={t('panels.factSize')} value={formatBytes(artifact.size)} />
        <Fact name={t('panels.factDevice')} value={run.device} />
        {Object.entries(run.values).map(([name, value]) => (
          <Fact key={name} name={placeTitle(name)} value={shown(value, 600)} />
        ))}
      </dl>
    </aside>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  if (!value) return null
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
