import { RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { Spinner } from '../shell/Spinner'
import type { Loaded } from './useLoad'

/** Stands where a value can't be shown: what it is, or what went wrong. */
export function Told({ text, retry }: { readonly text: string; readonly retry?: () => void }) {
  return (
    <div className="view-told" role={retry ? 'alert' : undefined}>
      <p>{text}</p>
      {retry && <Button kind="quiet" icon={RotateCcw} onClick={retry}>{t('views.retry')}</Button>}
    </div>
  )
}

interface WhenLoadedProps<T> {
  readonly loaded: Loaded<T>
  readonly children: (value: T) => ReactNode
}

/** What was loaded, or how far that is. */
export function WhenLoaded<T>({ loaded, children }: WhenLoadedProps<T>) {
  if (loaded.state === 'loading') return <div className="view-told"><Spinner /></div>
  if (loaded.state === 'failed') return <Told text={t('views.failed', { error: loaded.error })} retry={loaded.retry} />
  return children(loaded.value)
}
