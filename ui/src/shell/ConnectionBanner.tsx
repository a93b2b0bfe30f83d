import { WifiOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n/t'
import { announce } from './announce'
import { Button } from './Button'
import type { ConnectionState } from './StatusBar'
import './ConnectionBanner.css'

export interface ConnectionBannerProps {
  readonly state: ConnectionState
  /** When the next try is made by itself, in ms since 1970; null while one is made or if that isn't known. */
  readonly nextTry?: number | null
  readonly onRetry: () => void
}

function secondsUntil(moment: number): number {
  return Math.max(0, Math.ceil((moment - Date.now()) / 1000))
}

function Countdown({ nextTry }: { readonly nextTry: number }) {
  const [left, setLeft] = useState(() => secondsUntil(nextTry))
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsUntil(nextTry)), 1000)
    return () => clearInterval(timer)
  }, [nextTry])
  return left > 0 ? t('shell.tryingAgainIn', { n: left }) : t('shell.tryingAgain')
}

/** Stands over the page while the server can't be reached, and says what becomes of the edits. */
export function ConnectionBanner({ state, nextTry, onRetry }: ConnectionBannerProps) {
  const lost = state === 'reconnecting' || state === 'offline'
  const wasLost = useRef(false)
  useEffect(() => {
    if (lost) announce(t('shell.connectionLost'), true)
    else if (wasLost.current && state === 'connected') announce(t('shell.connectionBack'))
    if (lost || state === 'connected') wasLost.current = lost
  }, [lost, state])
  if (!lost) return null
  return (
    <section className="connection-banner" aria-label={t('shell.reconnecting')} data-testid="connection-banner">
      <WifiOff size={16} aria-hidden="true" />
      <p className="connection-banner__text">
        {t('shell.connectionLost')}{' '}
        <span className="connection-banner__next">{typeof nextTry === 'number' && <Countdown key={nextTry} nextTry={nextTry} />}</span>
      </p>
      <Button onClick={onRetry}>{t('shell.retry')}</Button>
    </section>
  )
}
