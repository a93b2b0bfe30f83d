/** Commands for files. */

import { goToPanel } from '../../shell/panelFocus'
import { registerCommands, type Command } from '../../stores/commands'
import { tell, useGraphs } from '../../stores/graphs'
import { keepVersion } from '../Versions/keep'
import { closeGraph, duplicateGraph, newGraph, renameGraph, saveAs, saveGraph } from './actions'
import { exportJson, exportPng } from './export'
import { openOverlay } from './overlay'
import { isExtractable, isReference, takeIn, takeOut } from './subgraphs'

const active = () => useGraphs.getState().active
const hasGraph = () => active() !== ''

const commands = (): Command[] => [
  { id: 'file.new', group: 'graph', titleKey: 'panels.newGraph', keys: ['alt+n'], run: newGraph },
  {
    id: 'file.open',
    group: 'graph',
    titleKey: 'panels.open',
    keys: ['mod+o'],
    run: () => openOverlay({ kind: 'open', tab: 'files' }),
  },
  {
    id: 'file.templates',
    group: 'graph',
    titleKey: 'panels.openTemplate',
    words: 'templates examples gallery',
    run: () => goToPanel('templates'),
  },
  {
    id: 'file.save',
    group: 'graph',
    titleKey: 'panels.save',
    keys: ['mod+s'],
    whileTyping: true,
    when: hasGraph,
    run: async () => void (await saveGraph(active())),
  },
  {
    id: 'file.saveAs',
    group: 'graph',
    titleKey: 'panels.saveAsCommand',
    keys: ['mod+shift+s'],
    whileTyping: true,
    when: hasGraph,
    run: async () => void (await saveAs(active())),
  },
  {
    id: 'file.rename',
    group: 'graph',
    titleKey: 'panels.renameCommand',
    when: hasGraph,
    run: () => renameGraph(active()),
  },
  {
    id: 'file.duplicate',
    group: 'graph',
    titleKey: 'panels.duplicateGraph',
    when: hasGraph,
    run: () => duplicateGraph(active()),
  },
  {
    id: 'file.version',
    group: 'graph',
    titleKey: 'panels.keepVersionCommand',
    when: hasGraph,
    run: async () => void (await keepVersion(active()).catch(tell)),
  },
  {
    id: 'file.export',
    group: 'graph',
    titleKey: 'panels.exportJson',
    when: hasGraph,
    run: () => exportJson(active()),
  },
  {
    id: 'file.exportPng',
    group: 'graph',
    titleKey: 'panels.exportPng',
    when: hasGraph,
    run: () => exportPng(active()),
  },
  {
    id: 'file.exportPlain',
    group: 'graph',
    titleKey: 'panels.exportPlain',
    when: hasGraph,
    run: () => exportPng(active(), false),
  },
  {
    id: 'file.missing',
    group: 'graph',
    titleKey: 'panels.missingCommand',
    when: hasGraph,
    run: () => openOverlay({ kind: 'missing', session: active() }),
  },
  { id: 'graph.takeOut', group: 'graph', titleKey: 'panels.takeOut', when: isExtractable, run: takeOut },
  { id: 'graph.takeIn', group: 'graph', titleKey: 'panels.takeIn', when: isReference, run: takeIn },
  {
    id: 'file.close',
    group: 'graph',
    titleKey: 'panels.closeGraph',
    keys: ['alt+w'],
    when: hasGraph,
    run: () => closeGraph(active()),
  },
]

/** Offer them until the function it gives is called. */
export const registerFileCommands = () => registerCommands(commands())
