import { lazy, Suspense, useEffect } from 'react'
import { focusAgain } from '../../shell/focus'
import { useGraphs } from '../../stores/graphs'
import { registerFormCommands } from '../FormView/commands'
import { watchGraphs } from './attention'
import { registerFileCommands } from './commands'
import { useOverlay, type Overlay } from './overlay'

const FilesDialog = lazy(() => import('./FilesDialog').then((module) => ({ default: module.FilesDialog })))
const ChoiceDialog = lazy(() =>
  import('../Choice/ChoiceDialog').then((module) => ({ default: module.ChoiceDialog })),
)
const MissingDialog = lazy(() =>
  import('../Missing/MissingDialog').then((module) => ({ default: module.MissingDialog })),
)
const CompareDialog = lazy(() =>
  import('../Compare/CompareDialog').then((module) => ({ default: module.CompareDialog })),
)
const SweepDialog = lazy(() =>
  import('../SweepGrid/SweepDialog').then((module) => ({ default: module.SweepDialog })),
)
const Viewer = lazy(() => import('../Gallery/Viewer').then((module) => ({ default: module.Viewer })))

/** Give the keyboard to the canvas when another graph is shown and what had it went away with the last one. */
function keepFocus(): () => void {
  return useGraphs.subscribe((now, earlier) => {
    if (now.active !== earlier.active && earlier.active) requestAnimationFrame(() => focusAgain(null))
  })
}

/** The windows of these panels, each loaded when it is first opened, and the commands that open them. */
export function PanelOverlays() {
  const overlay = useOverlay((state) => state.overlay)
  useEffect(() => {
    const leave = [registerFileCommands(), registerFormCommands(), watchGraphs(), keepFocus()]
    return () => leave.forEach((one) => one())
  }, [])
  return <Suspense>{overlay && <Shown overlay={overlay} />}</Suspense>
}

function Shown({ overlay }: { readonly overlay: Overlay }) {
  switch (overlay.kind) {
    case 'open':
      return <FilesDialog tab={overlay.tab} />
    case 'choice':
      return <ChoiceDialog session={overlay.session} />
    case 'missing':
      return <MissingDialog session={overlay.session} />
    case 'compare':
      return <CompareDialog one={overlay.one} other={overlay.other} />
    case 'sweep':
      return <SweepDialog />
    case 'viewer':
      return <Viewer pictures={overlay.pictures} at={overlay.at} />
  }
}
