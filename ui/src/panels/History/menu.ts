import {
  Braces,
  Columns2,
  Download,
  FileOutput,
  FolderOpen,
  History,
  Play,
  RotateCcw,
  Trash2,
} from 'lucide-react'
import { t } from '../../i18n/t'
import type { RunRecord } from '../../protocol'
import type { MenuEntry } from '../../shell/Menu'
import { useGraphs } from '../../stores/graphs'
import { compareWithActive } from '../DiffView/actions'
import { deleteRuns, downloadArtifact, exportRun, openRun, restoreRun, restoreValues, runAgain } from './actions'
import { compareRun } from './comparing'

/** What can be done with a run. */
export function runEntries(run: RunRecord): MenuEntry[] {
  const open = useGraphs.getState().active !== ''
  const files = run.artifacts.filter((artifact) => artifact.media)
  return [
    { id: 'open', label: t('panels.openItsGraph'), icon: FolderOpen, onSelect: () => void openRun(run) },
    {
      id: 'restore',
      label: t('panels.restoreGraph'),
      icon: History,
      disabled: !open,
      onSelect: () => void restoreRun(run),
    },
    {
      id: 'values',
      label: t('panels.restoreValues'),
      icon: RotateCcw,
      disabled: !open,
      onSelect: () => void restoreValues(run),
    },
    { id: 'again', label: t('panels.runAgain'), icon: Play, onSelect: () => void runAgain(run) },
    'line',
    { id: 'compare', label: t('panels.compareWith'), icon: Columns2, onSelect: () => compareRun(run) },
    {
      id: 'diff',
      label: t('panels.diffToNow'),
      icon: Braces,
      disabled: !open,
      onSelect: () => void compareWithActive({ kind: 'run', run }),
    },
    'line',
    ...files.slice(0, 1).map((artifact) => ({
      id: 'download',
      label: t('panels.download'),
      icon: Download,
      onSelect: () => downloadArtifact(run, artifact),
    })),
    { id: 'export', label: t('panels.exportZip'), icon: FileOutput, onSelect: () => exportRun(run) },
    {
      id: 'delete',
      label: t('panels.deleteRun'),
      icon: Trash2,
      danger: true,
      onSelect: () => deleteRuns([run]),
    },
  ]
}
