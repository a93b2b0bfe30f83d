import { X } from 'lucide-react'
import { Suspense, useEffect, useRef, type KeyboardEvent } from 'react'
import { t } from '../i18n/t'
import { usePreferences } from '../stores/preferences'
import { IconButton } from './Button'
import { ErrorBoundary } from './ErrorBoundary'
import { closeSide, panelOf, useLayout, type PanelSpec, type Side } from './layout'
import { goToRegion } from './regions'
import { ResizeHandle } from './ResizeHandle'
import { useShown } from './shown'
import { Skeleton } from './Spinner'
import './Sidebar.css'

function focusRail(panel: PanelSpec): void {
  document.getElementById(`rail-${panel.id}`)?.focus()
}

function Panel({ panel }: { readonly panel: PanelSpec }) {
  const { component: Content, tools: Tools, side } = panel
  // The graph comes first.
  const shown = useShown((state) => state.shown)
  const close = () => {
    closeSide(side)
    focusRail(panel)
  }
  return (
    <>
      <header className="side__header">
        <h2 className="side__title" id={`panel-${panel.id}`}>
          {t(panel.titleKey)}
        </h2>
        {Tools && shown && <Tools />}
        <IconButton icon={X} size="small" label={t('shell.closePanel')} onClick={close} />
      </header>
      <div className="side__body">
        <ErrorBoundary key={panel.id} part={panel.id}>
          <Suspense fallback={<Skeleton lines={6} />}>{shown ? <Content /> : <Skeleton lines={6} />}</Suspense>
        </ErrorBoundary>
      </div>
    </>
  )
}

/** A sidebar with the panel that is chosen for it, where the window has room for one. */
export function Sidebar({ side }: { readonly side: Side }) {
  const panels = useLayout((state) => state.panels)
  const { open, width, panel: wanted } = usePreferences((state) => state[side])
  const panel = panelOf(side, panels, wanted)
  const box = useKeptFocus(open ? (panel?.id ?? '') : '')
  if (!open || !panel) return null
  return (
    <aside
      ref={box}
      className={`side side--${side}`}
      id={`side-${side}`}
      aria-labelledby={`panel-${panel.id}`}
      tabIndex={-1}
      data-region={side}
      onKeyDown={leaveByEscape}
      style={{ width }}
    >
      <Panel panel={panel} />
      <ResizeHandle side={side} panel={t(panel.titleKey)} />
    </aside>
  )
}

/** Escape that nothing in the panel has a use for leads back to the canvas. */
function leaveByEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented) return
  event.preventDefault()
  goToRegion('canvas')
}

/** Focuses a panel that took the place of another one, with what was pressed there. */
function useKeptFocus(panel: string) {
  const box = useRef<HTMLElement>(null)
  const before = useRef(panel)
  useEffect(() => {
    if (before.current && before.current !== panel && document.activeElement === document.body) box.current?.focus()
    before.current = panel
  }, [panel])
  return box
}

/** The panel that lies over the canvas where there is no room for sidebars. Escape closes it. */
export function Sheet() {
  const { panels, sheet } = useLayout()
  const panel = panels.find((one) => one.id === sheet)
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    if (sheet !== null) box.current?.focus({ preventScroll: true })
  }, [sheet])
  if (!panel) return null
  const close = () => {
    closeSide(panel.side)
    focusRail(panel)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    close()
  }
  return (
    <>
      <div className="side__veil" onClick={close} />
      <aside
        ref={box}
        className={`side side--sheet side--${panel.side}`}
        aria-labelledby={`panel-${panel.id}`}
        tabIndex={-1}
        data-region={panel.side}
        onKeyDown={onKeyDown}
      >
        <Panel panel={panel} />
      </aside>
    </>
  )
}
