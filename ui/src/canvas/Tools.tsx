import { useStore } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { t } from '../i18n/t'
import { fit, zoomIn, zoomOut, zoomTo } from './view'

/** Zoom, and whether the level can only be read. */
export function Tools({ readOnly }: { readOnly: boolean }) {
  const zoom = useStore((now) => now.transform[2])
  return (
    <div className="canvas__tools" role="toolbar" aria-label={t('canvas.view')}>
      <button type="button" onClick={zoomOut} aria-label={t('canvas.zoomOut')} title={t('canvas.zoomOut')}>
        <Minus size={14} aria-hidden />
      </button>
      <button type="button" onClick={() => zoomTo(1)} title={t('canvas.zoomReset')}>
        {Math.round(zoom * 100)} %
      </button>
      <button type="button" onClick={zoomIn} aria-label={t('canvas.zoomIn')} title={t('canvas.zoomIn')}>
        <Plus size={14} aria-hidden />
      </button>
      <button type="button" onClick={() => fit()} aria-label={t('canvas.fit')} title={t('canvas.fit')}>
        <Maximize size={14} aria-hidden />
      </button>
      {readOnly && <span className="canvas__readonly">{t('canvas.readOnly')}</span>}
    </div>
  )
}
