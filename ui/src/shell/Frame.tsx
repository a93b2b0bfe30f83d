import { useEffect, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { registerCommands } from '../stores/commands'
import './Frame.css'
import { setPanels, useLayout, type PanelSpec } from './layout'
import type { Entries } from './Menu'
import { Rail } from './Rail'
import './Rail.css'
import { SkipLinks } from './SkipLinks'
import { panelCommands } from './shellCommands'
import { Sheet, Sidebar } from './Sidebar'
import { MainMenu } from './TopBar'
import { useScreen } from './useScreen'

/**
 * What the frame holds. It knows nothing of graphs: each slot is an element that reads the stores it shows, so
 * that a change draws that slot and nothing else. A constant outside of components is best.
 */
export interface FrameSlots {
  /** The main menu, behind our sign. */
  readonly menu: Entries
  /** A `GraphTabs`. */
  readonly tabs: ReactNode
  /** A `Crumbs`. */
  readonly crumbs?: ReactNode
  /** A `HistoryButtons`. */
  readonly history?: ReactNode
  readonly people?: ReactNode
  /** The button `Run`, and what belongs to it. */
  readonly run?: ReactNode
  /** A `ConnectionBanner`. */
  readonly banner?: ReactNode
  readonly panels: readonly PanelSpec[]
  readonly centre: ReactNode
  /** Facts at the foot, from the left and from the right: `StatusItem` and its kin. */
  readonly statusStart?: ReactNode
  readonly statusEnd?: ReactNode
}

export interface FrameProps {
  readonly slots: FrameSlots
  /** Whether what was open before is open again. */
  readonly ready: boolean
}

/** The frame of the page. Below 900 px sidebars lie over the canvas; below 600 px panels open from the foot. */
export function Frame({ slots, ready }: FrameProps) {
  const screen = useScreen()
  const { panels } = slots
  useEffect(() => {
    setPanels(panels)
    return registerCommands(panelCommands(panels))
  }, [panels])
  // What lay over the canvas is in a sidebar when there is room again.
  useEffect(() => {
    if (screen === 'wide') useLayout.setState({ sheet: null })
  }, [screen])
  const wide = screen === 'wide'
  const phone = screen === 'phone'
  return (
    <div className={`frame frame--${screen}`} data-testid="app" data-ready={ready || undefined}>
      <SkipLinks />
      <TopBar slots={slots} />
      {slots.banner}
      {slots.crumbs}
      <div className="frame__middle">
        {!phone && <Rail screen={screen} side="left" />}
        <div className="frame__body">
          {wide && <Sidebar side="left" />}
          <main className="frame__centre" id="frame-centre" tabIndex={-1} data-region="canvas">
            {slots.centre}
          </main>
          {wide ? <Sidebar side="right" /> : <Sheet />}
        </div>
        {!phone && <Rail screen={screen} side="right" />}
      </div>
      {phone ? (
        <Rail screen={screen} side="foot" />
      ) : (
        <footer className="frame__status" aria-label={t('shell.statusBar')} tabIndex={-1} data-region="status">
          <div className="frame__facts">{slots.statusStart}</div>
          <div className="frame__facts">{slots.statusEnd}</div>
        </footer>
      )}
    </div>
  )
}

function TopBar({ slots }: { readonly slots: FrameSlots }) {
  return (
    <header className="frame__top" id="frame-top" aria-label={t('shell.topBar')} data-region="top">
      <h1 className="visually-hidden">{t('shell.app')}</h1>
      <MainMenu entries={slots.menu} />
      {slots.tabs}
      {slots.history}
      {slots.people !== undefined && <div className="frame__people">{slots.people}</div>}
      {slots.run !== undefined && <div className="frame__run">{slots.run}</div>}
    </header>
  )
}
