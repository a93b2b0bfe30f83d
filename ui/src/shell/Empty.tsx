import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import './Empty.css'

export interface EmptyProps {
  readonly icon?: LucideIcon
  readonly title: string
  /** What would be here, or how to get it here. */
  readonly text?: ReactNode
  /** Buttons. */
  readonly children?: ReactNode
}

/** Stands where there is nothing yet, and says what to do about it. */
export function Empty({ icon: Icon, title, text, children }: EmptyProps) {
  return (
    <div className="empty">
      {Icon && <Icon className="empty__icon" size={28} strokeWidth={1.5} aria-hidden="true" />}
      <p className="empty__title">{title}</p>
      {text !== undefined && <p className="empty__text">{text}</p>}
      {children !== undefined && <div className="empty__actions">{children}</div>}
    </div>
  )
}
