import { useId, useState } from 'react'
import { get } from '../../api/http'
import { setFields } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { StepRecord, StepsRecord, ValueRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { edit, open, useGraphs } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { results } from '../../stores/results'
import { nodeKey, nodeRuns } from '../../stores/runs'
import { WhenLoaded } from '../../views/Told'
import { useLast } from '../../views/useLast'
import { useLoad } from '../../views/useLoad'
import { Forked } from './Forked'
import { KeptStrip } from './KeptStrip'
import { readEvery, type LoopPlace } from './loops'
import { TextField } from './TextField'
import './kept-turns.css'

interface KeptTurnsProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly readOnly: boolean
  /** The file that the loop stands in, if it is another one; opened to change it. */
  readonly file: string
}

/** The turns of a loop after which its values were kept, as a film strip, and one of them in large. */
export function KeptTurns(props: KeptTurnsProps) {
  const { session, loop, readOnly } = props
  const key = nodeKey(session, loop.path)
  const status = useKeyed(nodeRuns, key)?.status ?? ''
  const stored = Object.values(useKeyed(results, key) ?? {}).map((result) => result.digest)
  const number = useGraphs((now) => now.open[session]?.number ?? 0)
  const [asked, setAsked] = useState(0)
  const loaded = useLast(
    useLoad(`${key} ${number} ${status} ${stored.join()} ${asked}`, () =>
      get<StepsRecord>(`sessions/${session}/steps`, { instance: loop.path }),
    ),
  )
  const step = loop.instance.fork?.turn
  const gone = loaded.state === 'ready' && loaded.value.gone === step
  return (
    <div className="kept-turns">
      {step !== undefined && <Forked session={session} loop={loop} step={step} gone={gone} readOnly={readOnly} />}
      <WhenLoaded loaded={loaded}>
        {(steps) => (steps.turns.length === 0 ? <None /> : <Turns session={session} loop={loop} steps={steps} onKept={() => setAsked(asked + 1)} />)}
      </WhenLoaded>
      <Every {...props} />
    </div>
  )
}

function None() {
  return (
    <div className="kept-turns__none">
      <p>{t('views.noSteps')}</p>
      <p>{t('views.noStepsWhy')}</p>
    </div>
  )
}

interface TurnsProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly steps: StepsRecord
  readonly onKept: () => void
}

function Turns({ session, loop, steps, onKept }: TurnsProps) {
  const last = steps.turns.at(-1)
  const loaded = useLast(useLoad(`${session} ${loop.path} ${last?.digest ?? ''}`, () => drawn(session, loop.path, last)))
  return (
    <WhenLoaded loaded={loaded}>
      {(ports) => <KeptStrip session={session} loop={loop} steps={steps} ports={ports} onKept={onKept} />}
    </WhenLoaded>
  )
}

/** The carried values that can be drawn, told by those of the last turn. */
async function drawn(session: string, instance: string, step: StepRecord | undefined): Promise<ValueRecord[]> {
  const found = (step?.carry ?? []).map((port) =>
    get<ValueRecord>(`sessions/${session}/values`, { instance, port, turn: step?.turn }).catch(() => null),
  )
  return (await Promise.all(found)).filter((record) => record !== null && record.summary.pictures > 0) as ValueRecord[]
}

/** How often the loop keeps its values, to be changed here where the loop is this graph's own. */
function Every({ session, loop, readOnly, file }: KeptTurnsProps) {
  const id = useId()
  const every = loop.instance.checkpoint ?? 0
  if (readOnly) {
    return (
      <p className="kept-turns__note">
        {every === 0 ? t('views.keepsNone') : t('views.keepsEvery', { n: every })} {t('views.keepsElsewhere')}
        {file !== '' && <Button onClick={() => void open({ name: file })}>{t('views.openFile', { name: file })}</Button>}
      </p>
    )
  }
  const set = (text: string) => void edit(session, setFields(loop.name, { checkpoint: readEvery(text) || null }, loop.at))
  return (
    <div className="kept-turns__every" aria-describedby={id}>
      <TextField
        label={t('views.keepEvery')}
        value={String(every)}
        check={(text) => (readEvery(text) === null ? t('views.keepWhole') : null)}
        onCommit={set}
      />
      <p id={id} className="kept-turns__note">{t('views.keepHint')}</p>
    </div>
  )
}
