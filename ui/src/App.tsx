import { lazy, Suspense, useEffect } from 'react'
import { get } from './api/http'
import { Banner, FactsEnd, FactsStart } from './app/Foot'
import { panels } from './app/panels'
import { start, useStarted } from './app/start'
import { Tabs } from './app/Tabs'
import { Levels, People, Steps } from './app/Top'
import { listenToClipboard, registerCanvasCommands } from './canvas/commands'
import { AddNode } from './panels/AddNode'
import { PanelOverlays } from './panels/Files/PanelOverlays'
import { useIsForm } from './panels/FormView/address'
import { MaskHost } from './panels/Mask/MaskHost'
import { RunButton } from './panels/RunButton/RunButton'
import type { HealthRecord, SettingsRecord } from './protocol'
import type { ServerFacts } from './shell/About'
import { ErrorBoundary } from './shell/ErrorBoundary'
import type { FrameSlots } from './shell/Frame'
import { commandEntries } from './shell/Menu'
import { Shell } from './shell/Shell'
import { Spinner } from './shell/Spinner'

const Canvas = lazy(() => import('./canvas/Canvas'))
const FormView = lazy(() => import('./panels/FormView/FormView').then((module) => ({ default: module.FormView })))

async function loadFacts(): Promise<ServerFacts> {
  const [health, settings] = await Promise.all([get<HealthRecord>('health'), get<SettingsRecord>('settings')])
  return { health, settings }
}

const slots: FrameSlots = {
  menu: () =>
    commandEntries(
      ['file.new', 'file.open'],
      ['file.save', 'file.saveAs', 'file.rename', 'file.duplicate', 'file.export', 'file.exportPng'],
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
      <Suspense fallback={<Spinner />}>{form ? <FormView /> : <Canvas />}</Suspense>
      <AddNode />
      <PanelOverlays />
      <MaskHost />
    </ErrorBoundary>
  )
}

/** The editor: the shell around the graphs that are open. */
export function App() {
  const ready = useStarted((now) => now.ready)
  useEffect(() => {
    start()
    const leave = [registerCanvasCommands(), listenToClipboard()]
    return () => leave.forEach((one) => one())
  }, [])
  return <Shell slots={slots} ready={ready} loadFacts={loadFacts} />
}
