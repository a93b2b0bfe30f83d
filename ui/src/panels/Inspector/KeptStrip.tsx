import { GitFork, Pin } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { useState } from 'react'
import { address } from '../../api/http'
import { t } from '../../i18n/t'
import type { StepRecord, StepsRecord, ValueRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Filmstrip } from '../../views/Filmstrip'
import { Told } from '../../views/Told'
import { ValueView } from '../../views/ValueView'
import { forkFrom, keepStep } from './forking'
import { shownTurn, type LoopPlace } from './loops'

interface KeptStripProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly steps: StepsRecord
  /** The carried values that can be drawn. */
  readonly ports: readonly ValueRecord[]
  /** Called once a step is kept for good, or no longer. */
  readonly onKept: () => void
}

/** Steps of a loop as a film strip, one of them in large, and what can be done with that one. */
export function KeptStrip({ session, loop, steps, ports, onKept }: KeptStripProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  const [port, setPort] = useState('')
  const record = ports.find((one) => one.port === port) ?? ports[0]
  const turn = shownTurn(steps.turns.map((step) => step.turn), chosen)
  const shown = steps.turns.find((step) => step.turn === turn)
  if (!shown) return null
  const picture = ({ turn, digest }: StepRecord, size: number) =>
    record && address(`sessions/${session}/values/picture`, {
      instance: loop.path, port: record.port, turn, size, digest: `${digest}.${record.port}`,
    })
  const told = steps.of === null ? t('views.step', { step: String(shown.turn) }) : t('views.stepOf', { step: String(shown.turn), of: String(steps.of) })
  return (
    <>
      <figure className="kept-turns__figure">
        {record ? (
          <ValueView kind={record.kind === 'model' ? 'other' : record.kind} url={picture(shown, 512)} size="panel" title={`${loop.name}.${record.port}, ${told}`} />
        ) : (
          <Told text={t('views.noStepPictures', { n: steps.turns.length })} />
        )}
        <figcaption aria-live="polite">{told}</figcaption>
      </figure>
      <Filmstrip
        label={t('views.keptStepsOf', { name: loop.name })}
        frames={steps.turns.map((step) => ({ step: step.turn, url: picture(step, 128), pinned: step.pinned }))}
        selected={shown.turn}
        onSelect={setChosen}
      />
      {record && ports.length > 1 && <Ports ports={ports} port={record.port} onPort={setPort} />}
      <StepActions session={session} loop={loop} step={shown} onKept={onKept} />
    </>
  )
}

interface StepActionsProps {
  readonly session: string
  readonly loop: LoopPlace
  readonly step: StepRecord
  readonly onKept: () => void
}

function StepActions({ session, loop, step, onKept }: StepActionsProps) {
  const [busy, setBusy] = useState(false)
  const fork = () => {
    setBusy(true)
    void forkFrom(session, loop.path, step.turn).finally(() => setBusy(false))
  }
  const keep = () => void keepStep(session, loop.path, step).then((done) => done && onKept())
  return (
    <div className="kept-turns__actions">
      <Button icon={GitFork} title={t('views.forkHint')} disabled={busy} onClick={fork}>
        {t('views.fork', { step: step.turn })}
      </Button>
      <IconButton icon={Pin} label={t('views.keepStep', { step: step.turn })} pressed={step.pinned} onClick={keep} />
    </div>
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
