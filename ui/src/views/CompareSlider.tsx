import { ReactCompareSlider } from 'react-compare-slider'
import type { Compared } from './CompareView'

/** One picture over the other; the handle moves by dragging and by the arrow keys. */
export function CompareSlider({ before, after }: { readonly before: Compared; readonly after: Compared }) {
  return (
    <ReactCompareSlider
      className="compare-view__slider"
      keyboardIncrement="2%"
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
