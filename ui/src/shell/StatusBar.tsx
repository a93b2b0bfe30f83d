import { CircleAlert, CircleCheck, ListOrdered, Wifi, WifiOff, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatPercent, t, type Key } from '../i18n/t'
import { Menu, type Entries } from './Menu'
import './StatusBar.css'

export type ConnectionState = 'connected' | 'connecting' | 'reconnecting' | 'offline'

export interface StatusItemProps {
  readonly icon?: LucideIcon
  readonly kind?: 'good' | 'warn' | 'bad' | 'info'
  readonly children: ReactNode
  /** Makes it a button. */
  readonly onClick?: () => void
  readonly title?: string
}

/** One fact at the foot of the page; a button if there is something to do about it. */
export function StatusItem({ icon: Icon, kind, children, onClick, title }: StatusItemProps) {
  const className = `status-item ${kind ? `status-item--${kind}` : ''}`
  const inside = (
    <>
      {Icon && <Icon size={13} aria-hidden="true" />}
      {children}
    </>
  )
  if (!onClick) {
    return (
      <span className={className} title={title}>
        {inside}
      </span>
    )
  }
  return (
    <button type="button" className={`${className} status-item--button`} title={title} onClick={onClick}>
      {inside}
    </button>
  )
}

const connectionNames: Readonly<Record<ConnectionState, Key>> = {
  connected: 'shell.connected',
  connecting: 'shell.connecting',
  reconnecting: 'shell.reconnecting',
  offline: 'shell.offline',
}

export function ConnectionStatus({ state, detail }: { readonly state: ConnectionState; readonly detail?: string }) {
  const lost = state === 'reconnecting' || state === 'offline'
  return (
    <StatusItem icon={lost ? WifiOff : Wifi} kind={lost ? 'bad' : undefined} title={detail}>
      {t(connectionNames[state])}
    </StatusItem>
  )
}

/** How much is wrong with the graph. */
export function ProblemsStatus({ count, onClick }: { readonly count: number; readonly onClick?: () => void }) {
  if (count === 0) return <StatusItem icon={CircleCheck}>{t('shell.noProblems')}</StatusItem>
  return (
    <StatusItem icon={CircleAlert} kind="bad" onClick={onClick}>
      {t('shell.problems', { n: count })}
    </StatusItem>
  )
}

/** The zoom (1 = 100 %), and a menu to change it. */
export function ZoomStatus({ zoom, entries }: { readonly zoom: number; readonly entries: Entries }) {
  const percent = formatPercent(zoom)
  return (
    <Menu entries={entries} align="end" side="top">
      <button
        type="button"
        className="status-item status-item--button status-item--number"
        aria-label={t('shell.zoomLevel', { percent })}
      >
        {percent}
      </button>
    </Menu>
  )
}

export interface QueueStatusProps {
  readonly running: number
  readonly waiting: number
  readonly onClick?: () => void
}

export function QueueStatus({ running, waiting, onClick }: QueueStatusProps) {
  const busy = running + waiting > 0
  return (
    <StatusItem icon={ListOrdered} kind={busy ? 'info' : undefined} onClick={onClick}>
      {busy ? t('shell.queueState', { running, waiting }) : t('shell.queueIdle')}
    </StatusItem>
  )
}
