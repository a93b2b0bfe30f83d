import { Brush, Contrast, Eraser, Redo2, Trash2, Undo2, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useState, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
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
  /** Gets the mask as a grey PNG file of the picture's size, white where to edit. */
  readonly onPaint: (mask: Blob) => void
  readonly title?: string
}

/** A dialog to paint where a picture shall be edited. */
export function MaskPainter({ open, onOpenChange, title, ...painter }: MaskPainterProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="mask-painter__veil" />
        <Dialog.Content className="mask-painter" aria-describedby={undefined}>
          <header className="mask-painter__head">
            <Dialog.Title className="mask-painter__title">{title ?? t('widgets.maskTitle')}</Dialog.Title>
            <Dialog.Close className="widget-icon" aria-label={t('shell.close')} title={t('shell.close')}>
              <X size={16} aria-hidden />
            </Dialog.Close>
          </header>
          <Painter {...painter} onDone={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

type PainterProps = Pick<MaskPainterProps, 'picture' | 'mask' | 'onPaint'> & { readonly onDone: () => void }

function Painter({ picture, mask, onPaint, onDone }: PainterProps) {
  const [painting, setPainting] = useState<Painting>(blank)
  const [size, setSize] = useState(48)
  const [erases, setErases] = useState(false)
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null)
  const act = (one: Act) => setPainting((now) => did(now, one))
  const keys: Record<string, () => void> = {
    z: () => setPainting(undo),
    Z: () => setPainting(redo),
    y: () => setPainting(redo),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const held = event.ctrlKey || event.metaKey
    const plain: Record<string, () => void> = {
      '[': () => setSize(thinner),
      ']': () => setSize(thicker),
      e: () => setErases(!erases),
      i: () => act({ kind: 'invert' }),
    }
    const run = held ? keys[event.key] : plain[event.key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  const finish = async () => {
    if (!canvas) return
    onPaint(await toPng(canvas))
    onDone()
  }
  return (
    <div className="mask-painter__body" onKeyDown={onKeyDown}>
      <div className="mask-painter__tools" role="toolbar" aria-label={t('widgets.maskTools')}>
        <Tool icon={Brush} label={t('widgets.maskBrush')} pressed={!erases} onClick={() => setErases(false)} />
        <Tool icon={Eraser} label={t('widgets.maskErase')} pressed={erases} onClick={() => setErases(true)} />
        <label className="mask-painter__size">
          {t('widgets.maskSize', { n: size })}
          <input type="range" min={1} max={400} value={size} onChange={(event) => setSize(Number(event.target.value))} />
        </label>
        <Tool icon={Undo2} label={t('widgets.maskUndo')} disabled={painting.acts.length === 0} onClick={() => setPainting(undo)} />
        <Tool icon={Redo2} label={t('widgets.maskRedo')} disabled={painting.undone.length === 0} onClick={() => setPainting(redo)} />
        <Tool icon={Contrast} label={t('widgets.maskInvert')} onClick={() => act({ kind: 'invert' })} />
        <Tool icon={Trash2} label={t('widgets.maskClear')} onClick={() => act({ kind: 'clear' })} />
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
      <footer className="mask-painter__foot">
        <span className="mask-painter__hint">{t('widgets.maskHint')}</span>
        <Dialog.Close className="widget-button">{t('widgets.cancel')}</Dialog.Close>
        <button type="button" className="widget-button" data-main disabled={!canvas} onClick={() => void finish()}>
          {t('widgets.maskUse')}
        </button>
      </footer>
    </div>
  )
}

function thinner(size: number): number {
  return Math.max(1, Math.round(size / 1.25))
}

function thicker(size: number): number {
  return Math.min(400, Math.max(size + 1, Math.round(size * 1.25)))
}

interface ToolProps {
  readonly icon: typeof Brush
  readonly label: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly onClick: () => void
}

function Tool({ icon: Icon, label, pressed, disabled = false, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="widget-icon"
      data-on={pressed || undefined}
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={16} aria-hidden />
    </button>
  )
}
