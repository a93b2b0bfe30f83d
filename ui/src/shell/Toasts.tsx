import { CircleAlert, CircleCheck, Info, TriangleAlert, X, type LucideIcon } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t, type Key } from '../i18n/t'
import { dismiss, useNotices, type Notice, type NoticeKind } from '../stores/notices'
import { announce } from './announce'
import { Button, IconButton } from './Button'
import './Toasts.css'

export const noticeIcons: Readonly<Record<NoticeKind, LucideIcon>> = {
  info: Info,
  good: CircleCheck,
  warn: TriangleAlert,
  error: CircleAlert,
}

export const noticeNames: Readonly<Record<NoticeKind, Key>> = {
  info: 'shell.kindInfo',
  good: 'shell.kindGood',
  warn: 'shell.kindWarn',
  error: 'shell.kindError',
}

/** Takes a notice off the screen when its time is over; the time stands still while `paused`. */
function useStay({ id, at, stay }: Notice, paused: boolean): void {
  const left = useRef(stay)
  useEffect(() => {
    left.current = stay
  }, [at, stay])
  useEffect(() => {
    if (paused || left.current === null) return
    const began = performance.now()
    const timer = setTimeout(() => dismiss(id), left.current)
    return () => {
      clearTimeout(timer)
      if (left.current !== null) left.current -= performance.now() - began
    }
  }, [id, at, paused])
}

function Toast({ notice, paused }: { readonly notice: Notice; readonly paused: boolean }) {
  const { id, kind, text, detail, action, count } = notice
  const Icon = noticeIcons[kind]
  useStay(notice, paused)
  useEffect(() => announce([text, detail].filter(Boolean).join('. '), kind === 'error'), [text, detail, kind, count])
  return (
    // The announcer reads it, so that nothing is read twice.
    <div className={`toast toast--${kind}`} role={kind === 'error' ? 'alert' : 'status'} aria-live="off">
      <Icon className="toast__icon" size={16} role="img" aria-label={t(noticeNames[kind])} />
      <div className="toast__body">
        <p className="toast__text">
          {text}
          {count > 1 && <span className="toast__count">{t('shell.repeated', { n: count })}</span>}
        </p>
        {detail !== undefined && <p className="toast__detail">{detail}</p>}
        {action && (
          <Button
            className="toast__action"
            onClick={() => {
              action.run()
              dismiss(id)
            }}
          >
            {action.label}
          </Button>
        )}
      </div>
      <IconButton icon={X} size="small" label={t('shell.dismiss')} onClick={() => dismiss(id)} />
    </div>
  )
}

/** The notices that are shown now. Their time stands still while one is pointed at or focused. */
export function Toasts() {
  const shown = useNotices((state) => state.shown)
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  return (
    <section className="toasts" aria-label={t('shell.notices')} data-testid="toasts">
      <div
        className="toasts__list"
        onPointerEnter={() => setPointed(true)}
        onPointerLeave={() => setPointed(false)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        {shown.map((notice) => (
          <Toast key={notice.id} notice={notice} paused={pointed || focused} />
        ))}
      </div>
    </section>
  )
}
