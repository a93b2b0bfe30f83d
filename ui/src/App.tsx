import { lazy, Suspense, useEffect, type ComponentType } from 'react'
import { get } from './api/http'
import { Banner, FactsEnd, FactsStart } from './app/Foot'
import { panels } from './app/panels'
import { start, useStarted } from './app/start'
import { Tabs } from './app/Tabs'
import { Levels, People, Steps } from './app/Top'
import Canvas from './canvas/Canvas'
import { AddNode } from './panels/AddNode'
import { useIsForm } from './panels/FormView/address'
import { RunButton } from './panels/RunButton/RunButton'
import type { HealthRecord, SettingsRecord } from './protocol'
import type { ServerFacts } from './shell/About'
import { ErrorBoundary } from './shell/ErrorBoundary'
import type { FrameSlots } from './shell/Frame'
import { commandEntries } from './shell/Menu'
import { lazyPart } from './shell/lazyPart'
import { Shell } from './shell/Shell'
import { markShown, shown } from './shell/shown'
import { Spinner } from './shell/Spinner'

const FormView = lazy(() => import('./panels/FormView/FormView').then((module) => ({ default: module.FormView })))

/** Commands, and the windows that they open: nobody uses one before the graph is shown. */
const late = (load: () => Promise<ComponentType>) =>
  lazyPart(() => shown.then(load).then((part) => ({ default: part })), { quiet: true })
const PanelOverlays = late(() => import('./panels/Files/PanelOverlays').then((module) => module.PanelOverlays))
const MaskHost = late(() => import('./panels/Mask/MaskHost').then((module) => module.MaskHost))
const CanvasCommands = late(() => import('./canvas/CanvasCommands').then((module) => module.CanvasCommands))

async function loadFacts(): Promise<ServerFacts> {
  const [health, settings] = await Promise.all([get<HealthRecord>('health'), get<SettingsRecord>('settings')])
  return { health, settings }
}

const slots: FrameSlots = {
  menu: () =>
    commandEntries(
      ['file.new', 'file.open'],
      ['file.save', 'file.saveAs', 'file.rename', 'file.duplicate', 'file.export', 'file.exportPng', 'file.exportPlain'],
      ['edit.undo', 'edit.redo'],
      ['form.toggle', 'shell.palette', 'shell.settings', 'shell.keys'],
    ),
  tabs: <Tabs />,
  crumbs: <Levels />,
  history: <Steps />,
  people: <People />,
  run: <RunButton />,
  banner: <Banner />,
  panels,
  centre: <Centre />,
  statusStart: <FactsStart />,
  statusEnd: <FactsEnd />,
}

function Centre() {
  const form = useIsForm()
  return (
    <ErrorBoundary>
      <Suspense fallback={<Spinner />}>
        {form ? <FormView /> : <Canvas />}
        <Shown />
      </Suspense>
      <AddNode />
      <CanvasCommands />
      <PanelOverlays />
      <MaskHost />
    </ErrorBoundary>
  )
}

/** Notes when what stands beside it, which is loaded by then, shows the graph. */
function Shown() {
  const settled = useStarted((now) => now.ready || now.error !== '')
  useEffect(() => {
    if (settled) markShown()
  }, [settled])
  return null
}

/** The editor: the shell around the graphs that are open. */
export function App() {
  const ready = useStarted((now) => now.ready)
  useEffect(start, [])
  return <Shell slots={slots} ready={ready} loadFacts={loadFacts} />
}
