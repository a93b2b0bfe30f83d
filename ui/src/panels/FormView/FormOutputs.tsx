import { Download, ImageIcon, Play } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { address } from '../../api/http'
import { entry, splitPort } from '../../graph/level'
import { t } from '../../i18n/t'
import type { ArtifactRecord, RunRecord } from '../../protocol'
import { Ago } from '../../shell/Ago'
import { Button, IconButton } from '../../shell/Button'
import { Skeleton } from '../../shell/Spinner'
import { examples } from '../../stores/examples'
import { useKeyed } from '../../stores/keyed'
import { results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { ExamplePicture } from '../Example/ExamplePicture'
import { openOverlay } from '../Files/overlay'
import { isImage, picturesOf } from '../Gallery/pictures'
import { downloadArtifact } from '../History/actions'
import { readable } from './inputs'
import { useLivePicture } from './live'
import type { ShownOutput } from './outputs'
import { useBusy } from './reveal'

const ArtifactValue = lazy(() => import('./ArtifactValue').then((module) => ({ default: module.ArtifactValue })))
const StoredOutput = lazy(() => import('./StoredOutput').then((module) => ({ default: module.StoredOutput })))

export interface FormOutputsProps {
  readonly session: string
  readonly outputs: readonly ShownOutput[]
  /** The run that gave them. */
  readonly run: RunRecord | undefined
  /** Starts a run, of what has none yet. */
  readonly onRun: () => void
}

/** The outputs of a graph, large. */
export function FormOutputs({ session, outputs, run, onRun }: FormOutputsProps) {
  return outputs.map((output, place) => (
    <Output key={output.name} session={session} output={output} run={run} first={place === 0} onRun={onRun} />
  ))
}

interface OutputProps {
  readonly session: string
  readonly output: ShownOutput
  readonly run: RunRecord | undefined
  /** Whether it stands for the whole run, before it and while that is under way. */
  readonly first: boolean
  readonly onRun: () => void
}

function Output({ session, output, run, first, onRun }: OutputProps) {
  const live = useLivePicture(session, splitPort(output.source).name)
  return (
    <figure className="form-output">
      <figcaption className="form-output__head">
        <span className="form-output__name">{readable(output.name)}</span>
        {run && <span className="form-output__time"><Ago moment={run.created * 1000} /></span>}
      </figcaption>
      {first && live ? (
        <img className="form-output__picture" src={live} alt={t('panels.livePreview')} />
      ) : (
        <Values session={session} output={output} run={run} onRun={first ? onRun : null} />
      )}
    </figure>
  )
}

interface ValuesProps extends Omit<OutputProps, 'first' | 'onRun'> {
  readonly onRun: (() => void) | null
}

function Values({ session, output, run, onRun }: ValuesProps) {
  // What is neither a file nor plain is told by the store alone
  if (!run || output.artifacts.every(({ media, value }) => !media && value === null)) return <Stored session={session} output={output} onRun={onRun} />
  return (
    <div className="form-output__values" data-count={output.artifacts.length}>
      {output.artifacts.map((artifact) => (
        <Value key={artifact.index} run={run} artifact={artifact} />
      ))}
    </div>
  )
}

interface StoredProps {
  readonly session: string
  readonly output: ShownOutput
  readonly onRun: (() => void) | null
}

/**
 * What is stored of an output, when no run of this graph gave it: the same may have been computed elsewhere. Else
 * the example that came with the graph.
 */
function Stored({ session, output, onRun }: StoredProps) {
  const { name, port } = splitPort(output.source)
  const key = nodeKey(session, name)
  const result = entry(useKeyed(results, key), port)
  const example = useKeyed(examples, key)
  if (!result && example && port in example.ports) {
    const title = readable(output.name)
    return <ExamplePicture className="form-output__picture" example={example} port={port} title={title} onLoad={sharpen} />
  }
  if (!result) return <Nothing session={session} onRun={onRun} />
  return (
    <Suspense fallback={<Skeleton lines={0} picture={240} />}>
      <StoredOutput session={session} path={name} port={port} result={result} />
    </Suspense>
  )
}

/** Stands where a result will be, and says how to get it. */
function Nothing({ session, onRun }: Omit<StoredProps, 'output'>) {
  const running = useBusy(session)
  return (
    <div className="form-output__none">
      <ImageIcon size={28} strokeWidth={1.5} aria-hidden="true" />
      <p>{t(running ? 'panels.formMaking' : 'panels.formNothing')}</p>
      {onRun && !running && (
        <Button kind="primary" className="form-view__button" icon={Play} onClick={onRun}>
          {t('panels.formFirst')}
        </Button>
      )}
    </div>
  )
}

function Value({ run, artifact }: { readonly run: RunRecord; readonly artifact: ArtifactRecord }) {
  const href = address(`artifacts/${artifact.digest}`)
  const save = () => downloadArtifact(run, artifact)
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
  return (
    <Suspense fallback={<Skeleton lines={2} />}>
      <ArtifactValue artifact={artifact} onSave={save} />
    </Suspense>
  )
}

/** Pictures smaller than their place are enlarged without a blur. */
function sharpen(event: React.SyntheticEvent<HTMLImageElement>): void {
  const image = event.currentTarget
  if (Math.max(image.naturalWidth, image.naturalHeight) <= 128) image.dataset['small'] = ''
}
