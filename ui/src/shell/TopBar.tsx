import { ChevronDown, ChevronRight, Redo2, Undo2, type LucideIcon } from 'lucide-react'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { IconButton } from './Button'
import { Menu, type Entries } from './Menu'
import './TopBar.css'

/** The button at the top left: our sign, and the main menu behind it. */
export function MainMenu({ entries }: { readonly entries: Entries }) {
  return (
    <Menu entries={entries}>
      <button type="button" className="main-menu" aria-label={t('shell.mainMenu')}>
        <Logo />
        <ChevronDown size={12} aria-hidden="true" />
      </button>
    </Menu>
  )
}

function Logo() {
  return (
    <svg className="main-menu__logo" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="main-menu__ground" />
      <g className="main-menu__links">
        <path d="M9 10c8 0 6 12 14 12" />
        <path d="M9 22c8 0 6-12 14-12" />
      </g>
      <g className="main-menu__ports">
        <circle cx="8" cy="10" r="2.8" />
        <circle cx="8" cy="22" r="2.8" />
        <circle cx="24" cy="10" r="2.8" />
        <circle cx="24" cy="22" r="2.8" />
      </g>
    </svg>
  )
}

export interface Crumb {
  readonly id: string
  readonly title: string
}

export interface CrumbsProps {
  /** From the graph itself down to the level that is shown. */
  readonly levels: readonly Crumb[]
  readonly onGo: (id: string) => void
}

/** The way from the graph down to the subgraph that is shown; nothing on the highest level. */
export function Crumbs({ levels, onGo }: CrumbsProps) {
  if (levels.length < 2) return null
  return (
    <nav className="crumbs" aria-label={t('shell.levels')} data-region="levels">
      <ol className="crumbs__list">
        {levels.map(({ id, title }, index) => (
          <li key={id} className="crumbs__level">
            {index > 0 && <ChevronRight size={13} aria-hidden="true" />}
            {index < levels.length - 1 ? (
              <button type="button" className="crumbs__link" onClick={() => onGo(id)}>
                {title}
              </button>
            ) : (
              <span className="crumbs__here" aria-current="page">
                {title}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

export interface HistoryStep {
  /** What would be undone or done again, in words; null if there is nothing. */
  readonly what: string | null
  readonly run: () => void
  /** Whose keys the tip shows. */
  readonly command?: string
}

export interface HistoryButtonsProps {
  readonly undo: HistoryStep
  readonly redo: HistoryStep
}

export function HistoryButtons({ undo, redo }: HistoryButtonsProps) {
  return (
    <div className="history-buttons">
      <IconButton
        icon={Undo2}
        label={undo.what ? t('shell.undoThis', { what: undo.what }) : t('shell.undo')}
        command={undo.command}
        disabled={undo.what === null}
        onClick={undo.run}
      />
      <IconButton
        icon={Redo2}
        label={redo.what ? t('shell.redoThis', { what: redo.what }) : t('shell.redo')}
        command={redo.command}
        disabled={redo.what === null}
        onClick={redo.run}
      />
    </div>
  )
}

export interface SplitButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'children'> {
  /** Its accessible name, and what it shows. */
  readonly label: string
  readonly icon?: LucideIcon
  /** Beside the label, such as the seconds it would take; read as its description. */
  readonly hint?: ReactNode
  /** What the arrow beside it offers. */
  readonly entries?: Entries
  readonly entriesLabel?: string
  readonly kind?: 'primary' | 'plain'
}

/** A button for the likeliest action, with an arrow that offers the others. */
export function SplitButton(props: SplitButtonProps) {
  const { label, icon: Icon, hint, entries, entriesLabel, kind = 'primary', className = '', ...rest } = props
  const hintId = useId()
  return (
    <div className={`split-button ${className}`} role="group" aria-label={label}>
      <button
        type="button"
        className={`button button--${kind} split-button__main`}
        aria-describedby={hint === undefined ? undefined : hintId}
        {...rest}
      >
        {Icon && <Icon size={14} aria-hidden="true" />}
        {label}
        {hint !== undefined && (
          <span id={hintId} className="split-button__hint" aria-hidden="true">
            {hint}
          </span>
        )}
      </button>
      {entries && (
        <Menu entries={entries} align="end">
          <button
            type="button"
            className={`button button--${kind} split-button__more`}
            aria-label={entriesLabel ?? t('shell.moreActions')}
          >
            <ChevronDown size={14} aria-hidden="true" />
          </button>
        </Menu>
      )}
    </div>
  )
}
