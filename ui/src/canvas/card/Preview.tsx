import { previewIn } from '../../graph/previewing'
import type { CardData } from '../nodes'
import { useLatePreviews } from './latePreviews'
import { Picture } from './Picture'

interface PreviewProps {
  readonly data: CardData
  readonly session: string
  readonly path: string
}

/** What an instance gave, at the end of its card: pictures at once, what is more than these once the view rests. */
export function Preview(props: PreviewProps) {
  const kind = previewIn(props.data.instance, props.data.face.outputs)?.kind
  if (kind === 'picture') return <Picture {...props} />
  return (
    <>
      {kind === 'moving' && <Picture {...props} />}
      <Late {...props} moving={kind === 'moving'} />
    </>
  )
}

function Late({ moving, ...props }: PreviewProps & { readonly moving: boolean }) {
  const late = useLatePreviews()
  const { size, preview } = props.data
  return (
    <div className={moving ? 'card__over' : 'card__preview'} style={{ top: size.least - preview }}>
      {late && (moving ? <late.MovingPicture {...props} /> : <late.ShortPreview {...props} />)}
    </div>
  )
}
