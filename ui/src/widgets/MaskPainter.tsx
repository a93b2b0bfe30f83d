import { Brush, Contrast, Eraser, Redo2, Trash2, Undo2 } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { Button, IconButton } from '../shell/Button'
import { Modal } from '../shell/Modal'
import { MaskCanvas } from './MaskCanvas'
import { blank, did, redo, toPng, undo, type Act, type Painting } from './masks'
import './mask.css'

export interface MaskPainterProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** Address of the picture to paint over. */
  readonly picture: string
  /** Address of a mask to go on from: white where to edit. */
  readonly mask?: string
  /** Gets the mask as a grey PNG file of the picture's size, white where to edit. While it fails, the painting stays. */
  readonly onPaint: (mask: Blob) => void | Promise<void>
  readonly title?: string
}

/** A dialog to paint where a picture shall be edited. */
export function MaskPainter({ open, onOpenChange, title, ...painter }: MaskPainterProps) {
  return (
    <Modal open={open} onOpenChange={onOpenChange} title={title ?? t('widgets.maskTitle')} size="full" alert className="mask-modal">
      <Painter {...painter} onDone={() => onOpenChange(false)} />
    </Modal>
  )
}

type PainterProps = Pick<MaskPainterProps, 'picture' | 'mask' | 'onPaint'> & { readonly onDone: () => void }

function Painter({ picture, mask, onPaint, onDone }: PainterProps) {
  const [painting, setPainting] = useState<Painting>(blank)
  const [size, setSize] = useState(48)
  const [erases, setErases] = useState(false)
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const act = (one: Act) => setPainting((now) => did(now, one))
  const onKeyDown = (event: KeyboardEvent) => {
    const withControl: Record<string, () => void> = {
      z: () => setPainting(undo),
      Z: () => setPainting(redo),
      y: () => setPainting(redo),
    }
    const plain: Record<string, () => void> = {
      '[': () => setSize(thinner),
      ']': () => setSize(thicker),
      e: () => setErases(!erases),
      i: () => act({ kind: 'invert' }),
    }
    const run = (event.ctrlKey || event.metaKey ? withControl : plain)[event.key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  const finish = async () => {
    if (!canvas) return
    setFault('')
    setBusy(true)
    try {
      await onPaint(await toPng(canvas))
      onDone()
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  return (
    <div className="mask-painter" onKeyDown={onKeyDown}>
      <div className="mask-painter__tools" role="toolbar" aria-label={t('widgets.maskTools')}>
        <IconButton icon={Brush} label={t('widgets.maskBrush')} pressed={!erases} onClick={() => setErases(false)} />
        <IconButton icon={Eraser} label={t('widgets.maskErase')} pressed={erases} onClick={() => setErases(true)} />
        <label className="mask-painter__size">
          {t('widgets.maskSize', { n: size })}
          <input type="range" min={1} max={400} value={size} onChange={(event) => setSize(Number(event.target.value))} />
        </label>
        <IconButton icon={Undo2} label={t('widgets.maskUndo')} disabled={painting.acts.length === 0} onClick={() => setPainting(undo)} />
        <IconButton icon={Redo2} label={t('widgets.maskRedo')} disabled={painting.undone.length === 0} onClick={() => setPainting(redo)} />
        <IconButton icon={Contrast} label={t('widgets.maskInvert')} onClick={() => act({ kind: 'invert' })} />
        <IconButton icon={Trash2} label={t('widgets.maskClear')} onClick={() => act({ kind: 'clear' })} />
      </div>
      <MaskCanvas
        picture={picture}
        mask={mask}
        painting={painting}
        size={size}
        erases={erases}
        onAct={act}
        onReady={setCanvas}
      />
      <div className="mask-painter__foot">
        {fault === '' ? (
          <span className="mask-painter__hint">{t('widgets.maskHint')}</span>
        ) : (
          <span className="mask-painter__hint" data-bad role="alert">{t('widgets.maskFailed', { error: fault })}</span>
        )}
        <Button onClick={onDone}>{t('widgets.cancel')}</Button>
        <Button kind="primary" disabled={!canvas || busy} onClick={() => void finish()}>{t('widgets.maskUse')}</Button>
      </div>
    </div>
  )
}

function thinner(size: number): number {
  return Math.max(1, Math.round(size / 1.25))
}

function thicker(size: number): number {
  return Math.min(400, Math.max(size + 1, Math.round(size * 1.25)))
}
