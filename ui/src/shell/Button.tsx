import type { LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Tooltip, type TooltipProps } from './Tooltip'
import { useChord } from './KeyHint'
import { ariaChord } from './keys'
import './Button.css'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly kind?: 'primary' | 'danger' | 'plain' | 'quiet'
  readonly icon?: LucideIcon
}

/** A button with a text, and an icon before it if given. */
export function Button({ kind = 'plain', icon: Icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button--${kind} ${className}`} {...rest}>
      {Icon && <Icon size={14} aria-hidden="true" />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'children' | 'aria-label'> {
  readonly icon: LucideIcon
  /** What it does; shown as its tip. */
  readonly label: string
  /** The command it runs, whose key combination the tip shows. */
  readonly command?: string
  readonly side?: TooltipProps['side']
  /** Whether it is on, where it switches something. */
  readonly pressed?: boolean
  readonly size?: 'small' | 'normal'
}

/** A button that is only an icon. A disabled one still has its tip and keeps the focus. */
export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, command, side, pressed, size = 'normal', disabled, onClick, className = '', ...rest } = props
  const chord = useChord(command)
  return (
    <Tooltip label={label} command={command} side={side}>
      <button
        type="button"
        className={`icon-button icon-button--${size} ${className}`}
        aria-label={label}
        aria-keyshortcuts={chord === undefined ? undefined : ariaChord(chord)}
        aria-pressed={pressed}
        aria-disabled={disabled || undefined}
        onClick={disabled ? undefined : onClick}
        {...rest}
      >
        <Icon size={size === 'small' ? 14 : 16} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}
