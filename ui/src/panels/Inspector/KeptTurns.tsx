import { ToggleGroup } from 'radix-ui'
import { useId, useState } from 'react'
import { address, get } from '../../api/http'
import { setFields } from '../../graph/operations'
import { t } from '../../i18n/t'
import type { StepRecord, StepsRecord, ValueRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { edit, open, useGraphs } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { explanations } from '../../stores/plan'
import { results } from '../../stores/results'
import { nodeKey, nodeRuns } from '../../stores/runs'
import { Filmstrip } from '../../views/Filmstrip'
import { Told, WhenLoaded } from '../../views/Told'
import { useLast } from '../../views/useLast'
import { useLoad } from '../../views/useLoad'
import { ValueView } from '../../views/ValueView'
import { readEvery, shownTurn, type LoopPlace } from './loops'
import { TextField } from './TextField'
import './kept-turns.css'

interface KeptTurnsProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly readOnly: boolean
  /** The file that the loop stands in, if it is another one; opened to change it. */
  readonly file: string
}

/** Of a loop that can't run, because something in front of it is wrong. */
const NOTHING = Promise.resolve<StepsRecord>({ turns: [], of: null })

/** The turns of a loop after which its values were kept, as a film strip, and one of them in large. */
export function KeptTurns(props: KeptTurnsProps) {
  const { session, loop } = props
  const key = nodeKey(session, loop.path)
  const status = useKeyed(nodeRuns, key)?.status ?? ''
  const stored = Object.values(useKeyed(results, key) ?? {}).map((result) => result.digest)
  const planned = useKeyed(explanations, key) !== undefined
  const number = useGraphs((now) => now.open[session]?.number ?? 0)
  const loaded = useLast(
    useLoad(`${key} ${number} ${status} ${stored.join()} ${planned}`, () =>
      planned ? get<StepsRecord>(`sessions/${session}/steps`, { instance: loop.path }) : NOTHING,
    ),
  )
  return (
    <div className="kept-turns">
      <WhenLoaded loaded={loaded}>{(steps) => (steps.turns.length === 0 ? <None /> : <Turns {...props} steps={steps} />)}</WhenLoaded>
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

function Turns({ session, loop, steps }: KeptTurnsProps & { readonly steps: StepsRecord }) {
  const last = steps.turns.at(-1)
  const loaded = useLast(useLoad(`${session} ${loop.path} ${last?.digest ?? ''}`, () => drawn(session, loop.path, last)))
  return (
    <WhenLoaded loaded={loaded}>
      {(ports) => (ports.length === 0 ? <Told text={t('views.noStepPictures', { n: steps.turns.length })} /> : <Strip session={session} loop={loop} steps={steps} ports={ports} />)}
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

interface StripProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly steps: StepsRecord
  readonly ports: readonly ValueRecord[]
}

function Strip({ session, loop, steps, ports }: StripProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  const [port, setPort] = useState('')
  const record = ports.find((one) => one.port === port) ?? ports[0]
  const turn = shownTurn(steps.turns.map((step) => step.turn), chosen)
  const shown = steps.turns.find((step) => step.turn === turn)
  if (!record || !shown) return null
  const picture = ({ turn, digest }: StepRecord, size: number) =>
    address(`sessions/${session}/values/picture`, {
      instance: loop.path, port: record.port, turn, size, digest: `${digest}.${record.port}`,
    })
  const told = steps.of === null ? t('views.step', { step: String(shown.turn) }) : t('views.stepOf', { step: String(shown.turn), of: String(steps.of) })
  return (
    <>
      <figure className="kept-turns__figure">
        <ValueView kind={record.kind === 'model' ? 'other' : record.kind} url={picture(shown, 512)} size="panel" title={`${loop.name}.${record.port}, ${told}`} />
        <figcaption aria-live="polite">{told}</figcaption>
      </figure>
      <Filmstrip
        label={t('views.keptStepsOf', { name: loop.name })}
        frames={steps.turns.map((step) => ({ step: step.turn, url: picture(step, 128) }))}
        selected={shown.turn}
        onSelect={setChosen}
      />
      {ports.length > 1 && <Ports ports={ports} port={record.port} onPort={setPort} />}
    </>
  )
}

interface PortsProps {
  readonly ports: readonly ValueRecord[]
  readonly port: string
  readonly onPort: (port: string) => void
}

function Ports({ ports, port, onPort }: PortsProps) {
  return (
    <ToggleGroup.Root type="single" className="modes" aria-label={t('views.carried')} value={port} onValueChange={(next) => next && onPort(next)}>
      {ports.map((one) => (
        <ToggleGroup.Item key={one.port} value={one.port} className="modes__mode">{one.port}</ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
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
