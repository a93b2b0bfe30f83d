import type { ReactEventHandler } from 'react'
import { t } from '../../i18n/t'
import { pictureOfExample, type Example } from '../../stores/examples'
import './example-picture.css'

interface ExamplePictureProps {
  readonly example: Example
  readonly port: string
  /** What the output is called, for those who don't see it. */
  readonly title: string
  readonly className?: string
  readonly onLoad?: ReactEventHandler<HTMLImageElement>
}

/** What came with the graph as an example of an output, marked as such; paler once an edit changed what it shows. */
export function ExamplePicture({ example, port, title, className = '', onLoad }: ExamplePictureProps) {
  const { former } = example
  return (
    <div className="example-picture">
      <img
        className={`example-picture__image ${className}`}
        data-former={former}
        src={pictureOfExample(example, port)}
        alt={t(former ? 'panels.formerOutput' : 'panels.exampleOutput', { output: title })}
        onLoad={onLoad}
      />
      <span className="example-picture__mark">{t(former ? 'canvas.former' : 'canvas.example')}</span>
    </div>
  )
}
