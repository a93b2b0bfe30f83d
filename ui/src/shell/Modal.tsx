import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useState, type FormEvent, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { IconButton } from './Button'
import { focusAgain, focusedNow } from './focus'
import './Modal.css'

export interface ModalProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  /** Below the title; read when the dialog opens. */
  readonly text?: ReactNode
  readonly size?: 'small' | 'medium' | 'large' | 'full'
  /** Buttons at its foot, the likeliest last. */
  readonly footer?: ReactNode
  /** Makes it a form: what Enter does. */
  readonly onSubmit?: () => void
  /** Whether a careless answer loses something: a click beside it then doesn't close it. */
  readonly alert?: boolean
  /** Where the title is only read, since what is seen says it. */
  readonly hideHeader?: boolean
  /** Called when it is gone and the focus is back where it was. */
  readonly onClosed?: () => void
  readonly className?: string
  readonly children?: ReactNode
}

/**
 * A dialog over the page: the focus goes in (to `[data-autofocus]`, else to the dialog itself), stays in, and
 * comes back. Escape closes it, save in what is marked `data-keeps-escape`.
 *
 * Its veil is our own: Radix's overlay keeps the page from scrolling, which this page never does, by style
 * elements.
 */
export function Modal(props: ModalProps) {
  return (
    <Dialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Dialog.Portal>
        <div className="modal__veil" />
        <Content {...props} />
      </Dialog.Portal>
    </Dialog.Root>
  )
}

// Never the first control by itself: a key meant for what was there before would press it.
function focusFirst(event: Event): void {
  const dialog = event.target
  if (!(dialog instanceof HTMLElement)) return
  event.preventDefault()
  const first = dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog
  first.focus()
}

// Mounted only while the dialog is open.
function Content(props: ModalProps) {
  const { size = 'medium', alert = false, className = '' } = props
  const [before] = useState(focusedNow)
  return (
    <Dialog.Content
      className={`modal modal--${size} ${className}`}
      role={alert ? 'alertdialog' : 'dialog'}
      aria-modal="true"
      onOpenAutoFocus={focusFirst}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        focusAgain(before)
        props.onClosed?.()
      }}
      onEscapeKeyDown={(event) => {
        const own = event.target instanceof Element && event.target.closest('[data-keeps-escape]')
        if (own) event.preventDefault()
      }}
      onPointerDownOutside={(event) => {
        const above = event.target instanceof Element && event.target.closest('.toasts, [role=menu]')
        if (alert || above) event.preventDefault()
      }}
    >
      <Inside {...props} />
    </Dialog.Content>
  )
}

function Inside(props: ModalProps) {
  const { title, text, footer, onSubmit, hideHeader, children } = props
  const inside = (
    <>
      {hideHeader ? <Dialog.Title className="visually-hidden">{title}</Dialog.Title> : <Header title={title} />}
      {text !== undefined && (
        <Dialog.Description asChild className="modal__text">
          <div>{text}</div>
        </Dialog.Description>
      )}
      {children !== undefined && <div className="modal__body">{children}</div>}
      {footer !== undefined && <div className="modal__footer">{footer}</div>}
    </>
  )
  if (!onSubmit) return <div className="modal__box">{inside}</div>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // React passes events on to where the dialog is called from, which may be a form, too.
    event.stopPropagation()
    onSubmit()
  }
  return (
    <form className="modal__box" onSubmit={submit} noValidate>
      {inside}
    </form>
  )
}

function Header({ title }: { readonly title: string }) {
  return (
    <div className="modal__header">
      <Dialog.Title className="modal__title">{title}</Dialog.Title>
      <Dialog.Close asChild>
        <IconButton icon={X} size="small" label={t('shell.close')} />
      </Dialog.Close>
    </div>
  )
}
