import { useState } from 'react'
import { t } from '../i18n/t'
import { usePreferences } from '../stores/preferences'
import { panelOf, togglePanel, useLayout, type PanelSpec, type Side } from './layout'
import { moveFocus } from './roving'
import { Tooltip } from './Tooltip'
import type { Screen } from './useScreen'

export interface RailProps {
  readonly screen: Screen
  /** Whose panels it switches; on a phone one rail at the foot has all. */
  readonly side: Side | 'foot'
}

/** Which panels are on the screen. */
export function useOpenPanels(screen: Screen): readonly string[] {
  const { panels, sheet } = useLayout()
  const left = usePreferences((state) => state.left)
  const right = usePreferences((state) => state.right)
  if (screen !== 'wide') return sheet === null ? [] : [sheet]
  const shown = [left.open && panelOf('left', panels, left.panel), right.open && panelOf('right', panels, right.panel)]
  return shown.flatMap((panel) => (panel ? [panel.id] : []))
}

/** The buttons that show and hide panels: one tab stop, arrow keys move in it. */
export function Rail({ screen, side }: RailProps) {
  const panels = useLayout((state) => state.panels)
  const open = useOpenPanels(screen)
  const [reached, setReached] = useState<string | null>(null)
  const own = side === 'foot' ? panels : panels.filter((panel) => panel.side === side)
  if (own.length === 0) return null
  const at = (id: string | null | undefined) => own.find((panel) => panel.id === id)?.id
  const stop = at(reached) ?? at(open.find((id) => at(id))) ?? own[0]?.id
  const labels = { left: t('shell.leftPanels'), right: t('shell.rightPanels'), foot: t('shell.allPanels') }
  return (
    <nav className="rail__place" aria-label={labels[side]} data-region={`rail-${side}`}>
      <div
        className={`rail rail--${side}`}
        role="toolbar"
        aria-orientation={side === 'foot' ? 'horizontal' : 'vertical'}
        aria-label={labels[side]}
        onKeyDown={(event) => moveFocus(event, 'button', side === 'foot' ? 'horizontal' : 'vertical')}
      >
        {own.map((panel) => (
          <RailButton
            key={panel.id}
            panel={panel}
            pressed={open.includes(panel.id)}
            side={side}
            reachable={panel.id === stop}
            onReach={setReached}
          />
        ))}
      </div>
    </nav>
  )
}

interface RailButtonProps {
  readonly panel: PanelSpec
  readonly pressed: boolean
  readonly side: RailProps['side']
  readonly reachable: boolean
  readonly onReach: (id: string) => void
}

function RailButton({ panel, pressed, side, reachable, onReach }: RailButtonProps) {
  const { icon: Icon, badge: Badge } = panel
  const title = t(panel.titleKey)
  const button = (
    <button
      type="button"
      className="rail__button"
      id={`rail-${panel.id}`}
      aria-pressed={pressed}
      tabIndex={reachable ? 0 : -1}
      onFocus={() => onReach(panel.id)}
      onClick={() => togglePanel(panel.id)}
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
      <span className={side === 'foot' ? 'rail__name' : 'visually-hidden'}>{title}</span>
      {Badge && (
        <span className="rail__badge">
          <Badge />
        </span>
      )}
    </button>
  )
  if (side === 'foot') return button
  return (
    <Tooltip label={title} command={`panel.${panel.id}`} side={side === 'left' ? 'right' : 'left'}>
      {button}
    </Tooltip>
  )
}
