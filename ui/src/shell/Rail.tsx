import { Toolbar } from 'radix-ui'
import { t } from '../i18n/t'
import { usePreferences } from '../stores/preferences'
import { panelOf, togglePanel, useLayout, type PanelSpec, type Side } from './layout'
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
  const own = side === 'foot' ? panels : panels.filter((panel) => panel.side === side)
  if (own.length === 0) return null
  const labels = { left: t('shell.leftPanels'), right: t('shell.rightPanels'), foot: t('shell.allPanels') }
  return (
    <nav className="rail__place" aria-label={labels[side]}>
      <Toolbar.Root
        className={`rail rail--${side}`}
        orientation={side === 'foot' ? 'horizontal' : 'vertical'}
        aria-label={labels[side]}
      >
        {own.map((panel) => (
          <RailButton key={panel.id} panel={panel} pressed={open.includes(panel.id)} side={side} />
        ))}
      </Toolbar.Root>
    </nav>
  )
}

interface RailButtonProps {
  readonly panel: PanelSpec
  readonly pressed: boolean
  readonly side: RailProps['side']
}

function RailButton({ panel, pressed, side }: RailButtonProps) {
  const { icon: Icon, badge: Badge } = panel
  const title = t(panel.titleKey)
  const button = (
    <Toolbar.Button
      className="rail__button"
      id={`rail-${panel.id}`}
      aria-pressed={pressed}
      onClick={() => togglePanel(panel.id)}
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
      <span className={side === 'foot' ? 'rail__name' : 'visually-hidden'}>{title}</span>
      {Badge && (
        <span className="rail__badge">
          <Badge />
        </span>
      )}
    </Toolbar.Button>
  )
  if (side === 'foot') return button
  return (
    <Tooltip label={title} command={`panel.${panel.id}`} side={side === 'left' ? 'right' : 'left'}>
      {button}
    </Tooltip>
  )
}
