import { useState } from 'react'
import { t } from '../i18n/t'
import type { ValueViewProps } from './ValueView'
import { Told } from './Told'
import { ZoomView } from './ZoomView'

interface PictureProps {
  readonly url: string | undefined
  readonly thumbnail: string | undefined
  readonly size: NonNullable<ValueViewProps['size']>
  readonly title: string
  /** Whether its cells stay sharp when it is enlarged, as those of a latent should. */
  readonly pixelated: boolean
}

/** A picture: on a card as small as it can be loaded, in full to be enlarged and moved. */
export function PictureView({ url, thumbnail, size, title, pixelated }: PictureProps) {
  const source = size === 'card' ? (thumbnail ?? url) : (url ?? thumbnail)
  if (source === undefined) return null
  if (size === 'full') return <ZoomView key={source} url={source} title={title} />
  return <Still key={source} url={source} title={title} pixelated={pixelated} />
}

function Still({ url, title, pixelated }: { url: string; title: string; pixelated: boolean }) {
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
  const [tries, setTries] = useState(0)
  if (state === 'failed') {
    const retry = () => {
      setTries(tries + 1)
      setState('loading')
    }
    return <Told text={t('views.noPicture')} retry={retry} />
  }
  return (
    <img
      key={tries}
      className="picture-view"
      src={url}
      alt={title}
      loading="lazy"
      decoding="async"
      draggable={false}
      data-state={state}
      data-pixelated={pixelated || undefined}
      onLoad={() => setState('ready')}
      onError={() => setState('failed')}
    />
  )
}
