import { Play, Square, SquarePen } from 'lucide-react'
import { useEffect, useState } from 'react'
import { entry } from '../../graph/level'
import { t } from '../../i18n/t'
import type { JsonValue, RunRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { Empty } from '../../shell/Empty'
import { useCatalogue } from '../../stores/catalogue'
import { fetchInterfaces, useActive } from '../../stores/graphs'
import { useProblems } from '../../stores/problems'
import { usePlans } from '../../stores/plan'
import { useRuns, type ShownRun } from '../../stores/runs'
import { Widget } from '../../widgets/Widget'
import { createPages } from '../History/pages'
import { cancelCurrent, run as runNow } from '../RunButton/actions'
import { leftText, overall } from '../RunButton/progress'
import { planText, useSeconds } from '../RunButton/RunButton'
import { inputPlace, setSeedMode, useSeedMode } from '../RunButton/seedModes'
import { expectedOf } from '../RunButton/watch'
import { showForm } from './address'
import { draft, useDrafts } from './drafts'
import { FormOutputs } from './FormOutputs'
import { FormStrip } from './FormStrip'
import { graphInputs, type FormInput } from './inputs'
import { latest, shownOutputs } from './outputs'
import { revealFault, revealOutputs, useBusy, useRevealing } from './reveal'
import './FormView.css'

const pages = createPages()

/** The graph as a plain form: its inputs, a button, its outputs. Nothing of it shows that there are nodes. */
export function FormView() {
  const open = useActive()
  const catalogue = useCatalogue((state) => state.catalogue)
  const session = open?.record.id ?? ''
  const [picked, setPicked] = useState<{ session: string; run: RunRecord } | null>(null)
  const { runs } = pages.use()
  const page = useRevealing(session)
  useEffect(() => pages.follow(), [])
  useEffect(() => {
    if (!session) return
    void pages.search({ session, state: ['done', 'failed'] })
    void fetchInterfaces(session)
  }, [session])
  if (!open) return <Empty icon={SquarePen} title={t('panels.formNone')} text={t('panels.formNoneText')} />
  const inputs = graphInputs(open.graph, { catalogue, interfaces: open.interfaces[''] ?? {} })
  const own = runs.filter((run) => run.session === session)
  const shown = picked?.session === session ? picked.run : latest(own)
  const outputs = shownOutputs(open.graph, shown)
  const start = async () => {
    setPicked(null)
    const begun = await runNow()
    // What is stored is there at once, without a time in which it runs
    if (begun.length > 0) revealOutputs(page.current)
    else revealFault(page.current)
  }
  return (
    <div className="form-view">
      <div className="form-view__page" ref={page}>
        <header className="form-view__head">
          <h2 className="form-view__title">{open.record.title || t('panels.untitled')}</h2>
          {open.graph.help && <p className="form-view__help">{open.graph.help}</p>}
        </header>
        <form
          className="form-view__inputs"
          aria-label={t('panels.formInputs')}
          onSubmit={(event) => {
            event.preventDefault()
            void start()
          }}
        >
          {inputs.length === 0 && <NoInputs />}
          {inputs.map((input) => (
            <Field key={`${session} ${input.name}`} session={session} input={input} />
          ))}
        </form>
        <FormRun session={session} disabled={outputs.length === 0} onRun={() => void start()} />
        <section className="form-view__outputs" aria-label={t('panels.formOutputs')}>
          {outputs.length === 0 ? (
            <Empty icon={SquarePen} title={t('panels.formNoOutputs')} text={t('panels.formNoOutputsText')}>
              <Button onClick={() => showForm(false)}>{t('panels.formBack')}</Button>
            </Empty>
          ) : (
            <FormOutputs session={session} outputs={outputs} run={shown} onRun={() => void start()} />
          )}
        </section>
        <FormStrip
          runs={own}
          shown={shown}
          onPick={(run) => setPicked({ session, run })}
          onMore={() => void pages.more()}
        />
      </div>
    </div>
  )
}

function NoInputs() {
  return (
    <Empty title={t('panels.formNoInputs')} text={t('panels.formNoInputsText')}>
      <Button onClick={() => showForm(false)}>{t('panels.formBack')}</Button>
    </Empty>
  )
}

function Field({ session, input }: { readonly session: string; readonly input: FormInput }) {
  const typed = useDrafts((state) => entry(state.drafts[session], input.name))
  const problem = useProblem(input.name)
  const mode = useSeedMode(session, inputPlace(input.name))
  if (!input.port) {
    return <p className="form-view__unknown">{t('panels.formUnknown', { name: input.title })}</p>
  }
  const port = { ...input.port, help: input.help }
  const change = (value: JsonValue) => void draft(session, input.name, value)
  const fallback = input.port.schema['default']
  return (
    <Widget
      port={port}
      name={input.name}
      label={input.title}
      value={typed === undefined ? input.value : typed}
      onChange={change}
      onReset={() => fallback !== undefined && change(fallback)}
      seedMode={mode}
      onSeedMode={(next) => setSeedMode(session, inputPlace(input.name), next)}
      {...(problem ? { problem } : {})}
    />
  )
}

/** What the server says is wrong with an input. */
function useProblem(input: string): string {
  const found = useProblems().find((problem) => problem.instance === '' && problem.port === input)
  return found
    ? [
        found.expected && t('left.expectedGot', { expected: found.expected, got: found.got }),
        found.cure,
      ]
        .filter(Boolean)
        .join(' ')
    : ''
}

interface FormRunProps {
  readonly session: string
  readonly disabled: boolean
  readonly onRun: () => void
}

function FormRun({ session, disabled, onRun }: FormRunProps) {
  const shown = useRuns((state) => state.shown[session])
  const busy = useBusy(session)
  const plan = usePlans((state) => state.totals[session])
  if (busy) return <Running run={shown} />
  const failure = shown?.record.state === 'failed' ? shown.record.failures[0]?.['reason'] : undefined
  return (
    <div className="form-view__run">
      <Button kind="primary" className="form-view__button" icon={Play} disabled={disabled} onClick={onRun}>
        {t('panels.run')}
      </Button>
      <span className="form-view__plan">{planText(plan)}</span>
      {failure && (
        <p className="form-view__failure" role="alert">
          {failure}
        </p>
      )}
    </div>
  )
}

function Running({ run }: { readonly run: ShownRun | undefined }) {
  const running = run?.record.state === 'running'
  const now = useSeconds(running)
  const waits = useRuns((state) => state.paused) ? 'panels.queueIsPaused' : 'panels.stateQueued'
  const state = t(running ? 'panels.stateRunning' : waits)
  const far = run && running ? overall(run, expectedOf(run.record.id), now) : null
  return (
    <div className="form-view__run">
      <Button className="form-view__button" icon={Square} onClick={() => void cancelCurrent()}>
        {t('panels.cancel')}
      </Button>
      <div className="form-view__far">
        <progress value={far?.part ?? 0} max={1} aria-label={state} />
        <span>{leftText(far) || state}</span>
      </div>
    </div>
  )
}
