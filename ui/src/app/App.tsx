import { lazy, Suspense, useEffect } from 'react'
import { listenToClipboard, registerCanvasCommands } from '../canvas/commands'
import { AddNode } from '../panels/AddNode'
import { RunButton } from '../panels/RunButton/RunButton'
import { Announcer } from '../shell/Announcer'
import { Dialogs } from '../shell/Dialogs'
import { ErrorBoundary } from '../shell/ErrorBoundary'
import { Frame, type FrameSlots } from '../shell/Frame'
import { MenuHost } from '../shell/MenuHost'
import { Toasts } from '../shell/Toasts'
import { TooltipProvider } from '../shell/Tooltip'
import { commandEntries } from '../shell/Menu'
import { listenToKeys } from '../shell/dispatch'
import { Banner, Facts } from './Foot'
import { panels } from './panels'
import { start, useStarted } from './start'
import { Tabs } from './Tabs'
import { Levels, People, Steps } from './Top'

const Canvas = lazy(() => import('../canvas/Canvas'))

const slots: FrameSlots = {
  menu: () =>
    commandEntries(
      ['file.new', 'file.open', 'file.templates'],
      ['file.save', 'file.saveAs', 'file.rename', 'file.duplicate', 'file.export', 'file.exportPng'],
      ['edit.undo', 'edit.redo'],
      ['form.toggle', 'palette.open', 'settings.open'],
    ),
  tabs: <Tabs />,
  crumbs: <Levels />,
  history: <Steps />,
  people: <People />,
  run: <RunButton />,
  banner: <Banner />,
  panels,
  centre: (
    <ErrorBoundary>
      <Suspense>
        <Canvas />
      </Suspense>
    </ErrorBoundary>
  ),
  statusStart: <Facts side="start" />,
  statusEnd: <Facts side="end" />,
}

/** The editor. */
export function App() {
  const ready = useStarted((now) => now.ready)
  useEffect(() => {
    start()
    const leave = [registerCanvasCommands(), listenToClipboard(), listenToKeys()]
    return () => leave.forEach((one) => one())
  }, [])
  return (
    <TooltipProvider>
      <Frame slots={slots} ready={ready} />
      <AddNode />
      <Dialogs />
      <MenuHost />
      <Toasts />
      <Announcer />
    </TooltipProvider>
  )
}
