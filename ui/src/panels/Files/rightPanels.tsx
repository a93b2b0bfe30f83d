/** The panels on the right that run, look back and compare. Each is loaded when it is first shown. */

import { Diff, GalleryVerticalEnd, Grid3x3, History, Images, ListOrdered, Tags } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { PanelSpec } from '../../shell/layout'
import { useRuns } from '../../stores/runs'

const queue = () => import('../Queue/QueuePanel')
const sweep = () => import('../SweepGrid/SweepPanel')

const LateQueueTools = lazy(() => queue().then((module) => ({ default: module.QueueTools })))
const LateSweepTools = lazy(() => sweep().then((module) => ({ default: module.SweepTools })))

// Beside the title, where nothing else waits with them.
function QueueTools() {
  return (
    <Suspense>
      <LateQueueTools />
    </Suspense>
  )
}

function SweepTools() {
  return (
    <Suspense>
      <LateSweepTools />
    </Suspense>
  )
}

function QueueCount() {
  const count = useRuns((now) => now.queue.length)
  return count > 0 ? <>{count > 99 ? '99+' : count}</> : null
}

export const rightPanels: readonly PanelSpec[] = [
  {
    id: 'queue',
    icon: ListOrdered,
    titleKey: 'panels.queue',
    side: 'right',
    component: lazy(() => queue().then(({ QueuePanel }) => ({ default: QueuePanel }))),
    tools: QueueTools,
    badge: QueueCount,
  },
  {
    id: 'history',
    icon: History,
    titleKey: 'panels.history',
    side: 'right',
    component: lazy(() =>
      import('../History/HistoryPanel').then(({ HistoryPanel }) => ({ default: HistoryPanel })),
    ),
  },
  {
    id: 'timeline',
    icon: GalleryVerticalEnd,
    titleKey: 'panels.timeline',
    side: 'right',
    component: lazy(() =>
      import('../Timeline/TimelinePanel').then(({ TimelinePanel }) => ({ default: TimelinePanel })),
    ),
  },
  {
    id: 'gallery',
    icon: Images,
    titleKey: 'panels.gallery',
    side: 'right',
    component: lazy(() =>
      import('../Gallery/GalleryPanel').then(({ GalleryPanel }) => ({ default: GalleryPanel })),
    ),
  },
  {
    id: 'sweep',
    icon: Grid3x3,
    titleKey: 'panels.sweep',
    side: 'right',
    component: lazy(() => sweep().then(({ SweepPanel }) => ({ default: SweepPanel }))),
    tools: SweepTools,
  },
  {
    id: 'versions',
    icon: Tags,
    titleKey: 'panels.versions',
    side: 'right',
    component: lazy(() =>
      import('../Versions/VersionsPanel').then(({ VersionsPanel }) => ({ default: VersionsPanel })),
    ),
  },
  {
    id: 'diff',
    icon: Diff,
    titleKey: 'panels.diff',
    side: 'right',
    component: lazy(() => import('../DiffView/DiffPanel').then(({ DiffPanel }) => ({ default: DiffPanel }))),
  },
]
