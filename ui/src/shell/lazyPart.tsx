import { useEffect, useState, type ComponentType } from 'react'
import { t } from '../i18n/t'
import { Button } from './Button'
import { Empty } from './Empty'
import { Skeleton } from './Spinner'

interface Module<P> {
  readonly default: ComponentType<P>
}

export interface PartOptions {
  /** Called when it can't be loaded, instead of saying so in its place. */
  readonly onFail?: () => void
  /** Whether nothing is shown while it is loaded. */
  readonly quiet?: boolean
}

/**
 * A part of the page that is loaded when it is first shown. Unlike React's `lazy` it can be tried again, which
 * matters here: the server that has the code may be away for a while.
 */
export function lazyPart<P extends object>(
  load: () => Promise<Module<P>>,
  { onFail, quiet = false }: PartOptions = {},
): ComponentType<P> {
  let Ready: ComponentType<P> | null = null
  return function Part(props: P) {
    const [turn, setTurn] = useState(0)
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>(Ready ? 'ready' : 'loading')
    useEffect(() => {
      if (Ready) return
      let wanted = true
      load().then(
        (module) => {
          Ready = module.default
          if (wanted) setState('ready')
        },
        () => {
          if (!wanted) return
          setState('failed')
          onFail?.()
        },
      )
      return () => {
        wanted = false
      }
    }, [turn])
    if (Ready) return <Ready {...props} />
    if (state === 'failed' && !onFail) {
      const retry = () => {
        setState('loading')
        setTurn(turn + 1)
      }
      return (
        <Empty title={t('shell.notLoaded')}>
          <Button onClick={retry}>{t('shell.retry')}</Button>
        </Empty>
      )
    }
    return quiet ? null : <Skeleton lines={6} />
  }
}
