/** The panels of the sidebars. Each is loaded when it is first shown. */

import { Blocks, Box, CircleAlert, LayoutTemplate, ListTree, SlidersHorizontal } from 'lucide-react'
import { lazy } from 'react'
import { rightPanels } from '../panels/Files/rightPanels'
import type { PanelSpec } from '../shell/layout'
import { useGraphs } from '../stores/graphs'

function ProblemCount() {
  const count = useGraphs((now) => now.open[now.active]?.problems.length ?? 0)
  return count > 0 ? <>{count}</> : null
}

export const panels: readonly PanelSpec[] = [
  { id: 'library', icon: Blocks, titleKey: 'left.library', side: 'left', component: lazy(() => import('../panels/Library')) },
  { id: 'templates', icon: LayoutTemplate, titleKey: 'left.templates', side: 'left', component: lazy(() => import('../panels/Templates')) },
  { id: 'models', icon: Box, titleKey: 'left.models', side: 'left', component: lazy(() => import('../panels/Models')) },
  { id: 'outline', icon: ListTree, titleKey: 'left.outline', side: 'left', component: lazy(() => import('../panels/Outline')) },
  { id: 'problems', icon: CircleAlert, titleKey: 'left.problems', side: 'left', component: lazy(() => import('../panels/Problems')), badge: ProblemCount },
  { id: 'inspector', icon: SlidersHorizontal, titleKey: 'left.inspector', side: 'right', component: lazy(() => import('../panels/Inspector')) },
  ...rightPanels,
]
