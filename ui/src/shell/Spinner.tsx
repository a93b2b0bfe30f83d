import { t } from '../i18n/t'
import './Spinner.css'

/** Says that something is being done, where it isn't known how long it takes. */
export function Spinner({ label, size = 16 }: { readonly label?: string; readonly size?: number }) {
  return (
    <span className="spinner" role="status" aria-label={label ?? t('shell.loading')}>
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" className="spinner__ring" />
        <path d="M8 2a6 6 0 0 1 6 6" className="spinner__arc" />
      </svg>
    </span>
  )
}

export interface SkeletonProps {
  /** How many lines stand for what is loaded. */
  readonly lines?: number
  /** Height of a picture above them, in px. */
  readonly picture?: number
}

/** Stands where something will be once it is loaded, in about its size. */
export function Skeleton({ lines = 3, picture }: SkeletonProps) {
  return (
    <div className="skeleton" role="status" aria-label={t('shell.loading')}>
      {picture !== undefined && <div className="skeleton__part" style={{ height: picture }} />}
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton__part skeleton__part--line" />
      ))}
    </div>
  )
}
