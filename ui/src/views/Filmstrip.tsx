import { Pin } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import './filmstrip.css'

export interface Frame {
  /** Number of the step. */
  readonly step: number
  /** Address of its picture; none while it is not there. */
  readonly url: string | undefined
  /** Shown in place of the number. */
  readonly label?: string
  /** Whether it is kept for good. */
  readonly pinned?: boolean
}

interface FilmstripProps {
  readonly frames: readonly Frame[]
  /** The step that is shown elsewhere. */
  readonly selected: number | undefined
  readonly onSelect: (step: number) => void
  readonly label: string
}

/** The pictures of a loop's steps in a row. One stop of the Tab key; the arrow keys go from step to step. */
export function Filmstrip({ frames, selected, onSelect, label }: FilmstripProps) {
  const list = useRef<HTMLUListElement>(null)
  const at = Math.max(0, frames.findIndex((frame) => frame.step === selected))
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [at])
  if (frames.length === 0) return <p className="filmstrip__none">{t('views.noSteps')}</p>
  const last = frames.length - 1
  const bare = frames.every((frame) => frame.url === undefined)
  const onKeyDown = (event: KeyboardEvent) => {
    const ways: Record<string, number> = {
      ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10,
    }
    const to = ways[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const next = Math.min(last, Math.max(0, to))
    const frame = frames[next]
    if (frame) onSelect(frame.step)
    list.current?.children[next]?.querySelector('button')?.focus()
  }
  return (
    <ul ref={list} className={`filmstrip${bare ? ' filmstrip--bare' : ''} nowheel nodrag`} aria-label={label} onKeyDown={onKeyDown}>
      {frames.map(({ step, url, label: text = String(step), pinned }, i) => (
        <li key={step}>
          <button
            type="button"
            className="filmstrip__frame"
            tabIndex={i === at ? 0 : -1}
            aria-pressed={step === selected}
            aria-label={t(pinned ? 'views.pinnedStep' : 'views.step', { step: text })}
            onClick={() => onSelect(step)}
          >
            {bare ? null : url === undefined ? (
              <span className="filmstrip__picture" />
            ) : (
              <img className="filmstrip__picture" src={url} alt="" loading="lazy" decoding="async" draggable={false} />
            )}
            <span className="filmstrip__step">
              {pinned && <Pin size={10} aria-hidden="true" />} {text}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
