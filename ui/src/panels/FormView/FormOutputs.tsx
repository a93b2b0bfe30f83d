import { Download, ImageIcon } from 'lucide-react'
import { address } from '../../api/http'
import { splitPort } from '../../graph/level'
import { formatAgo, formatBytes, t } from '../../i18n/t'
import type { ArtifactRecord, RunRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { useKeyed } from '../../stores/keyed'
import { isOver, livePictures, nodeKey, useRuns } from '../../stores/runs'
import { openOverlay } from '../Files/overlay'
import { fileNameOf, isImage, picturesOf } from '../Gallery/pictures'
import { download } from '../History/actions'
import { shown } from '../SweepGrid/sweep'
import { readable } from './inputs'
import type { ShownOutput } from './outputs'

export interface FormOutputsProps {
  readonly session: string
  readonly outputs: readonly ShownOutput[]
  /** The run that gave them. */
  readonly run: RunRecord | undefined
}

/** The outputs of a graph, large. */
export function FormOutputs({ session, outputs, run }: FormOutputsProps) {
  return outputs.map((output) => (
    <figure key={output.name} className="form-output">
      <figcaption className="form-output__head">
        <span className="form-output__name">{readable(output.name)}</span>
        {run && <span className="form-output__time">{formatAgo(run.created * 1000)}</span>}
      </figcaption>
      <Live session={session} source={output.source} />
      {output.artifacts.length === 0 && <Nothing />}
      {run && (
        <div className="form-output__values" data-count={output.artifacts.length}>
          {output.artifacts.map((artifact) => (
            <Value key={artifact.index} run={run} artifact={artifact} />
          ))}
        </div>
      )}
    </figure>
  ))
}

/** What an output looks like while it is computed. */
function Live({ session, source }: { readonly session: string; readonly source: string }) {
  const picture = useKeyed(livePictures, nodeKey(session, splitPort(source).name))
  const running = useRuns((state) => {
    const run = state.shown[session]?.record
    return run !== undefined && !isOver(run)
  })
  if (!picture || !running) return null
  return <img className="form-output__picture" src={picture} alt={t('panels.livePreview')} />
}

function Nothing() {
  return (
    <div className="form-output__none">
      <ImageIcon size={28} strokeWidth={1.5} aria-hidden="true" />
      <p>{t('panels.formNothing')}</p>
    </div>
  )
}

function Value({ run, artifact }: { readonly run: RunRecord; readonly artifact: ArtifactRecord }) {
  const { media } = artifact
  const href = address(`artifacts/${artifact.digest}`)
  const save = () => download(href, fileNameOf(run, artifact))
  if (isImage(artifact)) {
    const pictures = picturesOf([run])
    const at = pictures.findIndex((picture) => picture.artifact === artifact)
    return (
      <div className="form-output__value">
        <button
          type="button"
          className="form-output__open"
          aria-label={t('panels.viewPicture', { output: artifact.output })}
          onClick={() => openOverlay({ kind: 'viewer', pictures, at })}
        >
          <img className="form-output__picture" src={href} alt={artifact.output} onLoad={sharpen} />
        </button>
        <IconButton
          className="form-output__save"
          icon={Download}
          label={t('panels.download')}
          onClick={save}
        />
      </div>
    )
  }
  if (media.startsWith('audio/'))
    return <audio className="form-output__wide" src={href} controls preload="metadata" />
  if (media.startsWith('video/'))
    return <video className="form-output__wide" src={href} controls loop playsInline />
  if (!media) return <p className="form-output__text">{shown(artifact.value, 20_000)}</p>
  return (
    <Button icon={Download} onClick={save}>
      {t('panels.downloadFile', { kind: artifact.type, size: formatBytes(artifact.size) })}
    </Button>
  )
}

/** Pictures smaller than their place are enlarged without a blur. */
function sharpen(event: React.SyntheticEvent<HTMLImageElement>): void {
  const image = event.currentTarget
  if (Math.max(image.naturalWidth, image.naturalHeight) <= 128) image.dataset['small'] = ''
}
