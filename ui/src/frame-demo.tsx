/**
 * The frame with made-up contents, to look at while working on it: `npx vite`, then /frame.html. Not built.
 *
 * The address says what to show: `?theme=dark&language=de&show=palette`; see `scenes` for what can be shown.
 */
import { BookOpen, History, Image, LayoutTemplate, ListOrdered, ListTree, Play, SlidersHorizontal } from 'lucide-react'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import './shell/tokens.css'
import './shell/base.css'
import { speak } from './i18n/language'
import type { Key } from './i18n/t'
import { ask, prompt } from './shell/ask'
import { ConnectionBanner } from './shell/ConnectionBanner'
import { Empty } from './shell/Empty'
import type { FrameSlots } from './shell/Frame'
import { GraphTabs, type TabItem } from './shell/GraphTabs'
import { openPalette, openPanel, openSettings, type PanelSpec, type Side } from './shell/layout'
import { commandEntries, RightClickMenu } from './shell/Menu'
import { openMenuAt } from './shell/menuAt'
import { Shell } from './shell/Shell'
import { Skeleton } from './shell/Spinner'
import { ConnectionStatus, ProblemsStatus, QueueStatus, ZoomStatus } from './shell/StatusBar'
import { Crumbs, HistoryButtons, SplitButton } from './shell/TopBar'
import { useCommands } from './stores/commands'
import { notify } from './stores/notices'
import { prefer, type Preferences } from './stores/preferences'

const query = new URLSearchParams(location.search)

function Tabs() {
  const [active, setActive] = useState('a')
  const [tabs, setTabs] = useState<readonly TabItem[]>([
    { id: 'a', title: 'Portrait', state: 'modified' },
    { id: 'b', title: 'Text to image', state: 'saved' },
    { id: 'c', title: 'Upscale and restore old photographs', state: 'saving' },
    { id: 'd', title: 'Sweep', state: 'problem', hint: 'The folder is read-only' },
  ])
  const move = (id: string, index: number) => {
    const moved = tabs.find((tab) => tab.id === id)
    const others = tabs.filter((tab) => tab.id !== id)
    if (moved) setTabs([...others.slice(0, index), moved, ...others.slice(index)])
  }
  return (
    <GraphTabs
      tabs={tabs}
      active={active}
      onActivate={setActive}
      onMove={move}
      onClose={(id) => {
        setTabs(tabs.filter((tab) => tab.id !== id))
        if (id === active) setActive(tabs.find((tab) => tab.id !== id)?.id ?? '')
      }}
      newEntries={commandEntries(['shell.palette'])}
    />
  )
}

const nothing = () => undefined

function Rows() {
  return (
    <div style={{ padding: '0 12px' }}>
      {['Load image', 'Encode text', 'Sample', 'Decode', 'Save image'].map((name) => (
        <p key={name} style={{ padding: '5px 0' }}>
          {name}
        </p>
      ))}
    </div>
  )
}

function panel(id: string, side: Side, icon: PanelSpec['icon'], titleKey: Key, component: PanelSpec['component']) {
  return { id, side, icon, titleKey, component }
}

const slots: FrameSlots = {
  menu: () => commandEntries(['shell.palette'], ['shell.left', 'shell.right'], ['shell.settings', 'shell.keys']),
  tabs: <Tabs />,
  crumbs: (
    <Crumbs
      levels={['Portrait', 'Refine', 'Two passes'].map((title) => ({ id: title, title }))}
      onGo={nothing}
    />
  ),
  history: <HistoryButtons undo={{ what: 'Move 3 nodes', run: nothing }} redo={{ what: null, run: nothing }} />,
  run: <SplitButton label="Run" icon={Play} hint="12 s" entries={() => commandEntries(['shell.palette'])} />,
  banner: query.has('lost') ? (
    <ConnectionBanner state="reconnecting" nextTry={Date.now() + 5000} onRetry={nothing} />
  ) : undefined,
  panels: [
    panel('library', 'left', BookOpen, 'shell.groupNodes', Rows),
    panel('outline', 'left', ListTree, 'shell.levels', Rows),
    panel('templates', 'left', LayoutTemplate, 'shell.newMenu', () => <Skeleton lines={8} picture={120} />),
    panel('inspector', 'right', SlidersHorizontal, 'shell.settings', () => (
      <Empty icon={SlidersHorizontal} title="Nothing selected" text="Select a node to see and change its values." />
    )),
    { ...panel('queue', 'right', ListOrdered, 'shell.groupRun', Rows), badge: () => '3' },
    panel('history', 'right', History, 'shell.groupGo', () => {
      throw new Error('Made up, to see what a crash looks like')
    }),
  ],
  centre: (
    <RightClickMenu entries={() => commandEntries(['shell.palette', 'shell.theme'], ['shell.settings'])}>
      <div data-scope="canvas" tabIndex={0} style={{ flex: 1 }}>
        <Empty icon={Image} title="The canvas" text="Nodes and links." />
      </div>
    </RightClickMenu>
  ),
  statusStart: (
    <>
      <ConnectionStatus state={query.has('lost') ? 'reconnecting' : 'connected'} />
      <ProblemsStatus count={2} onClick={nothing} />
    </>
  ),
  statusEnd: (
    <>
      <QueueStatus running={1} waiting={2} onClick={nothing} />
      <ZoomStatus zoom={0.85} entries={() => commandEntries(['shell.palette'])} />
    </>
  ),
}

const settings = {
  workspace: '/home/ada/graphs', home: '/home/ada/.knotwork', file_roots: [], model_roots: ['/srv/models'],
  library_roots: [], disk_budget: 2e10, ram_budget: 4e9, vram_budget: null, upload_limit: 2e9, upload_budget: 1e10,
  device: 'cuda:0', offline: false, threads: null,
}

const scenes: Readonly<Record<string, () => void>> = {
  palette: openPalette,
  settings: () => openSettings(),
  language: () => openSettings('language'),
  canvas: () => openSettings('canvas'),
  keys: () => openSettings('keys'),
  about: () => openSettings('about'),
  queue: () => openPanel('queue'),
  crash: () => openPanel('history'),
  templates: () => openPanel('templates'),
  menu: () => openMenuAt(420, 220, commandEntries(['shell.palette', 'shell.theme'], ['shell.settings', 'shell.keys'])),
  ask: () =>
    void ask({
      title: 'Close “Portrait”?',
      text: 'It has edits that are not saved yet.',
      actions: [{ id: 'drop', label: 'Discard', kind: 'danger' }, { id: 'save', label: 'Save', kind: 'primary' }],
    }).then((answer) => notify({ kind: 'info', text: `Answer: ${answer}` })),
  prompt: () =>
    void prompt({ title: 'Rename', label: 'Name', value: 'Portrait', action: 'Rename' }).then((answer) =>
      notify({ kind: 'info', text: `Answer: ${answer}` }),
    ),
  notices: () => {
    notify({ kind: 'good', text: 'Run finished in 12 s', action: { label: 'Show', run: nothing } })
    notify({ kind: 'warn', text: 'The file was changed by another program', detail: 'portrait.json' })
    notify({ kind: 'error', text: '“Decode” failed', detail: 'Expected a latent of 4 channels, got 16. Use the VAE of the same family.' })
  },
}

prefer({ theme: (query.get('theme') ?? 'light') as Preferences['theme'], language: query.get('language') === 'de' ? 'de' : 'en' })
await speak(query.get('language') === 'de' ? 'de' : 'en')
const root = document.getElementById('root')
const loadFacts = async () => ({ health: { status: 'ok' as const, version: '1.0.0', epoch: 'e' }, settings })
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Shell slots={slots} ready loadFacts={loadFacts} />
    </StrictMode>,
  )
}
// Once panels and commands are known.
const stop = useCommands.subscribe(({ commands }) => {
  if (!commands.has('shell.palette') || !commands.has('panel.library')) return
  stop()
  requestAnimationFrame(() => scenes[query.get('show') ?? '']?.())
})
