import { Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { useState } from 'react'
import { formatPercent, t } from '../i18n/t'
import { IconButton } from '../shell/Button'
import { Spinner } from '../shell/Spinner'
import { Told } from './Told'
import { usePanZoom } from './usePanZoom'
import type { Size, View } from './zoom'
import './zoom-view.css'

/** Scale from which single pixels are seen, and parted by a grid. */
const GRID = 12

/** A picture to be enlarged and moved: wheel, drag, pinch, arrow keys, + and −, 0 (fit) and 1 (1:1). */
export function ZoomView({ url, title }: { readonly url: string; readonly title: string }) {
  const [picture, setPicture] = useState<Size | null>(null)
  const [failed, setFailed] = useState(false)
  const { element, view, isFitted, fit, setScale, zoom, handlers } = usePanZoom(picture)
  if (failed) return <Told text={t('views.noPicture')} retry={() => setFailed(false)} />
  return (
    <div className="zoom-view">
      <div
        ref={element}
        className="zoom-view__window"
        role="group"
        tabIndex={0}
        aria-label={t('views.zoomOf', { title })}
        {...handlers}
      >
        <img
          className="zoom-view__picture"
          src={url}
          alt={title}
          decoding="async"
          draggable={false}
          data-sharp={(view && view.scale > 2) || undefined}
          style={pictureStyle(picture, view)}
          onLoad={({ currentTarget }) => setPicture({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })}
          onError={() => setFailed(true)}
        />
        {picture && view && view.scale >= GRID && (
          <span className="zoom-view__grid" style={{ ...pictureStyle(picture, view), backgroundSize: `${view.scale}px ${view.scale}px` }} />
        )}
        {!picture && <span className="zoom-view__wait"><Spinner /></span>}
      </div>
      <div className="zoom-view__tools" role="toolbar" aria-label={t('views.zoom')}>
        <span className="zoom-view__size">{picture ? t('views.pixels', { width: String(picture.width), height: String(picture.height) }) : ''}</span>
        <IconButton icon={ZoomOut} label={t('views.zoomOut')} onClick={() => zoom(1 / 1.5)} />
        <span className="zoom-view__scale" aria-live="polite">{view ? formatPercent(view.scale) : ''}</span>
        <IconButton icon={ZoomIn} label={t('views.zoomIn')} onClick={() => zoom(1.5)} />
        <IconButton icon={Maximize} label={t('views.fit')} pressed={isFitted} onClick={fit} />
        <button
          type="button"
          className="icon-button icon-button--normal zoom-view__one"
          aria-label={t('views.oneToOne')}
          title={t('views.oneToOne')}
          aria-pressed={!isFitted && view?.scale === 1}
          onClick={() => setScale(1)}
        >
          1:1
        </button>
      </div>
    </div>
  )
}

function pictureStyle(picture: Size | null, view: View | null) {
  if (!picture || !view) return { visibility: 'hidden' as const }
  return {
    width: picture.width * view.scale,
    height: picture.height * view.scale,
    transform: `translate(${view.x}px, ${view.y}px)`,
  }
}
