import { useStoreApi } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { t } from '../i18n/t'
import { fit, zoomIn, zoomOut, zoomTo } from './view'

/** Zoom, and whether the level can only be read. */
export function Tools({ readOnly }: { readOnly: boolean }) {
  const percent = usePercent()
  return (
    <div className="canvas__tools" role="toolbar" aria-label={t('canvas.view')}>
      <button type="button" onClick={zoomOut} aria-label={t('canvas.zoomOut')} title={t('canvas.zoomOut')}>
        <Minus size={14} aria-hidden />
      </button>
      <button type="button" onClick={() => zoomTo(1)} title={t('canvas.zoomReset')}>
        {percent} %
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

const PAUSE = 100

/** The zoom, told ten times a second at most: each new number has the whole canvas layered anew. */
function usePercent(): number {
  const flow = useStoreApi()
  const [percent, setPercent] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      setPercent(Math.round(flow.getState().transform[2] * 100))
    }
    tell()
    const leave = flow.subscribe((is, was) => {
      if (is.transform[2] !== was.transform[2]) timer ??= setTimeout(tell, PAUSE)
    })
    return () => {
      leave()
      clearTimeout(timer)
    }
  }, [flow])
  return percent
}
