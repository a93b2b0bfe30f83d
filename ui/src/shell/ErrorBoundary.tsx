import { Component, useState, type ErrorInfo, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { Button } from './Button'
import './ErrorBoundary.css'

interface Props {
  /** Which part of the page this is, for the details; the whole page if not given. */
  readonly part?: string
  readonly children: ReactNode
}

interface State {
  readonly error: Error | null
  readonly stack: string
}

/** Keeps a mistake in one part of the page from taking the others with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, stack: '' }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch(_error: unknown, info: ErrorInfo) {
    this.setState({ stack: info.componentStack ?? '' })
  }

  override render() {
    const { error, stack } = this.state
    if (!error) return this.props.children
    const details = [this.props.part, error.stack ?? error.message, stack, navigator.userAgent]
    const retry = () => this.setState({ error: null, stack: '' })
    return <Crash whole={this.props.part === undefined} details={details.filter(Boolean).join('\n')} retry={retry} />
  }
}

interface CrashProps {
  readonly whole: boolean
  readonly details: string
  readonly retry: () => void
}

function Crash({ whole, details, retry }: CrashProps) {
  const [copied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard.writeText(details).then(() => setCopied(true))
  return (
    <div className={`crash ${whole ? 'crash--whole' : ''}`} role="alert">
      <h2 className="crash__title">{t('shell.crashTitle')}</h2>
      <p>{whole ? t('shell.crashText') : t('shell.crashPanel')}</p>
      <div className="crash__actions">
        {whole ? (
          <Button kind="primary" onClick={() => location.reload()}>
            {t('shell.reload')}
          </Button>
        ) : (
          <Button onClick={retry}>{t('shell.retry')}</Button>
        )}
        <Button onClick={copy}>{copied ? t('shell.copied') : t('shell.copyDetails')}</Button>
      </div>
      <details>
        <summary>{t('shell.details')}</summary>
        <pre className="crash__details" tabIndex={0}>
          {details}
        </pre>
      </details>
    </div>
  )
}
