import { ReactCompareSlider, ReactCompareSliderHandle } from 'react-compare-slider'
import { t } from '../i18n/t'
import type { Compared } from './CompareView'

// Seen on light and dark pictures alike
const button = { width: 36, height: 36, border: '2px solid #fff', background: 'rgb(20 20 30 / 78%)', boxShadow: 'none', backdropFilter: 'none' }
const lines = { width: 2, background: '#fff', boxShadow: '0 0 0 1px rgb(20 20 30 / 50%)' }

const around = { display: 'contents' }

// The handle's own name is English only
function name(inside: HTMLElement | null): void {
  inside?.closest('[role=slider]')?.setAttribute('aria-label', t('views.compareHandle'))
}

/** One picture over the other; the handle moves by dragging and by the arrow keys. */
export function CompareSlider({ before, after }: { readonly before: Compared; readonly after: Compared }) {
  return (
    <ReactCompareSlider
      className="compare-view__slider"
      keyboardIncrement="2%"
      handle={
        <div ref={name} style={around}>
          <ReactCompareSliderHandle buttonStyle={button} linesStyle={lines} />
        </div>
      }
      itemOne={<Half {...before} side="start" />}
      itemTwo={<Half {...after} side="end" />}
    />
  )
}

function Half({ url, title, side }: Compared & { readonly side: 'start' | 'end' }) {
  return (
    <figure className="compare-view__layer" data-side={side}>
      <img src={url} alt={title} decoding="async" draggable={false} />
      <figcaption>{title}</figcaption>
    </figure>
  )
}
