import { Fragment } from 'react'
import { get } from '../../api/http'
import { t } from '../../i18n/t'
import type { Graph, Instance, ReferenceRecord } from '../../protocol'
import { useLoad } from '../../views/useLoad'
import type { Here } from './here'
import { Collected } from './Collected'
import { KeptTurns } from './KeptTurns'
import { loopsOf } from './loops'
import { Section } from './Section'

interface LoopStepsProps {
  readonly place: Here
  readonly name: string
  readonly instance: Instance
}

/** The kept turns of a loop, or of the loops in a subgraph. */
export function LoopSteps({ place, name, instance }: LoopStepsProps) {
  if (instance.ref && !instance.graph) return <Referred place={place} name={name} instance={instance} />
  return <Loops place={place} name={name} instance={instance} inside={instance.graph ?? null} />
}

/** Of a subgraph in another file, the graph is asked for first. */
function Referred({ place, name, instance }: LoopStepsProps) {
  const { session, at } = place
  const path = at === '' ? name : `${at}/${name}`
  const loaded = useLoad(`${session} ${path} ${instance.ref ?? ''}`, () =>
    get<ReferenceRecord | null>(`sessions/${session}/reference`, { instance: path }),
  )
  if (loaded.state !== 'ready' || !loaded.value) return null
  const { document, name: file } = loaded.value
  return <Loops place={place} name={name} instance={instance} inside={document as unknown as Graph} file={file} />
}

function Loops({ place, name, instance, inside, file }: LoopStepsProps & { readonly inside: Graph | null; readonly file?: string }) {
  const loops = loopsOf(place.at, name, instance, inside)
  return loops.map((loop) => (
    <Fragment key={`${place.session} ${loop.path}`}>
      <Collected session={place.session} loop={loop} title={loop.name === name ? t('views.curves') : t('views.curvesIn', { name: loop.name })} />
      <Section title={loop.name === name ? t('views.keptSteps') : t('views.keptStepsOf', { name: loop.name })}>
        <KeptTurns session={place.session} loop={loop} readOnly={place.readOnly || file !== undefined} file={file ?? ''} />
      </Section>
    </Fragment>
  ))
}

