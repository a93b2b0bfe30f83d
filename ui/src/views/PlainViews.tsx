import { Check, Copy, Type, X } from 'lucide-react'
import { useState } from 'react'
import { t } from '../i18n/t'
import type { JsonValue } from '../protocol'
import { IconButton } from '../shell/Button'
import { shortNumber } from './summary'
import { Told, WhenLoaded } from './Told'
import { useLoad } from './useLoad'
import './plain-views.css'

interface TextProps {
  readonly text: string | undefined
  readonly url: string | undefined
  readonly size: 'card' | 'panel' | 'full'
  readonly title: string
}

/** A text, or that of a file: to be read and copied. */
export function TextView({ text, url, size, title }: TextProps) {
  if (text !== undefined) return <Text text={text} size={size} title={title} />
  return url === undefined ? <Told text={t('views.nothing')} /> : <FileText url={url} size={size} title={title} />
}

function FileText({ url, ...rest }: { url: string; size: TextProps['size']; title: string }) {
  const loaded = useLoad(url, async (signal) => {
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    return response.text()
  })
  return <WhenLoaded loaded={loaded}>{(text) => <Text text={text} {...rest} />}</WhenLoaded>
}

function Text({ text, size, title }: { text: string; size: TextProps['size']; title: string }) {
  const [mono, setMono] = useState(false)
  if (text === '') return <Told text={t('views.emptyText')} />
  return (
    <div className="text-view">
      {size !== 'card' && (
        <div className="text-view__tools">
          <IconButton icon={Type} size="small" label={t('views.mono')} pressed={mono} onClick={() => setMono(!mono)} />
          <CopyButton text={text} />
        </div>
      )}
      <div className="text-view__text nowheel" data-mono={mono || undefined} role="group" tabIndex={0} aria-label={title}>
        {text}
      </div>
    </div>
  )
}

/** Copies a text, and says that it did. */
export function CopyButton({ text }: { readonly text: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setState('done'),
      () => setState('failed'),
    )
  }
  const labels = { idle: t('views.copy'), done: t('views.copied'), failed: t('views.notCopied') }
  return (
    <>
      <IconButton
        icon={state === 'done' ? Check : state === 'failed' ? X : Copy}
        size="small"
        label={labels[state]}
        onClick={copy}
        onBlur={() => setState('idle')}
      />
      <span className="visually-hidden" role="status">{state === 'idle' ? '' : labels[state]}</span>
    </>
  )
}

/** One number, large. */
export function NumberView({ value }: { readonly value: JsonValue }) {
  if (typeof value !== 'number') return <p className="number-view">{JSON.stringify(value)}</p>
  return <p className="number-view" title={String(value)}>{shortNumber(value)}</p>
}

/** Yes or no. */
export function BoolView({ value }: { readonly value: JsonValue }) {
  const Icon = value === true ? Check : X
  return (
    <p className="bool-view" data-yes={value === true || undefined}>
      <Icon size={18} aria-hidden /> {t(value === true ? 'views.yes' : 'views.no')}
    </p>
  )
}
