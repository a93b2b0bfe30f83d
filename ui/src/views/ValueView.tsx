import { lazy, Suspense } from 'react'
import { t } from '../i18n/t'
import type { JsonValue } from '../protocol'
import { Spinner } from '../shell/Spinner'
import { AudioView } from './AudioView'
import type { ViewKind } from './kinds'
import { ListView } from './ListView'
import { PictureView } from './PictureView'
import { PlotView } from './PlotView'
import { NumberView, BoolView, TextView } from './PlainViews'
import { Stats } from './Stats'
import type { ValueSummary } from './summary'
import { TableView } from './TableView'
import { Told } from './Told'
import { VideoView } from './VideoView'
import './value-view.css'

const MeshView = lazy(() => import('./MeshView').then((module) => ({ default: module.MeshView })))

export interface ValueViewProps {
  readonly kind: ViewKind
  /** Address of the value's file. */
  readonly url?: string
  /** Address of a small picture of it; a card loads nothing larger when there is one. */
  readonly thumbnail?: string
  /** Media type of the file. */
  readonly mime?: string
  /** The value itself, if it is plain. */
  readonly value?: JsonValue | undefined
  readonly summary?: ValueSummary | undefined
  /** `card`: a look, without controls of its own. `panel`: with controls. `full`: as much as there is room for. */
  readonly size?: 'card' | 'panel' | 'full'
  /** What it is called, for those who don't see it. */
  readonly title: string
}

/** A value, shown as its kind asks. */
export function ValueView(props: ValueViewProps) {
  const { kind, size = 'card' } = props
  return (
    <div className="value-view" data-kind={kind} data-size={size}>
      <Suspense fallback={<div className="view-told"><Spinner /></div>}>
        <Viewer {...props} size={size} />
      </Suspense>
    </div>
  )
}

type ViewerProps = ValueViewProps & { readonly size: NonNullable<ValueViewProps['size']> }

function Viewer(props: ViewerProps) {
  const { kind, url } = props
  const isFile = kind === 'audio' || kind === 'video' || kind === 'mesh'
  if (!isFile) return kind === 'image' || kind === 'mask' || kind === 'latent' ? <Picture {...props} /> : <Plain {...props} />
  if (url === undefined) return <Without {...props} />
  const { size, title, summary } = props
  if (kind === 'audio') return <AudioView url={url} size={size} title={title} />
  if (kind === 'video') return <VideoView url={url} size={size} title={title} fps={summary?.fps} />
  return <MeshView url={url} size={size} title={title} />
}

function Picture(props: ViewerProps) {
  const { url, thumbnail, kind, size, title } = props
  if (url === undefined && thumbnail === undefined) return <Without {...props} />
  return <PictureView url={url} thumbnail={thumbnail} size={size} title={title} pixelated={kind !== 'image'} />
}

function Plain(props: ViewerProps) {
  const { kind, value, url, size, title, summary } = props
  if (kind === 'text') return <TextView text={typeof value === 'string' ? value : undefined} url={url} size={size} title={title} />
  if (value === undefined) return <Without {...props} />
  switch (kind) {
    case 'number':
      return <NumberView value={value} />
    case 'bool':
      return <BoolView value={value} />
    case 'plot':
      return <PlotView value={value} size={size} title={title} />
    case 'list':
      return <ListView value={value} size={size} title={title} count={summary?.count} />
    default:
      return <TableView value={value} title={title} count={summary?.count} />
  }
}

/** A value of which only figures are known. */
function Without({ summary, title }: ViewerProps) {
  return summary ? <Stats summary={summary} title={title} /> : <Told text={t('views.nothing')} />
}
