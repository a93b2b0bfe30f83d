import { useShallow } from 'zustand/react/shallow'
import { t } from '../i18n/t'
import { GraphTabs, type TabItem } from '../shell/GraphTabs'
import { commandEntries } from '../shell/Menu'
import { activateTab, orderTabs, tell, useGraphs, type OpenGraph } from '../stores/graphs'

const close = (id: string) => import('../panels/Files/actions').then((files) => files.closeGraph(id), tell)

/** The graphs that are open. */
export function Tabs() {
  const tabs = useGraphs((now) => now.tabs)
  const active = useGraphs((now) => now.active)
  // Titles and states as texts, so that typing into a graph draws no tabs.
  const texts = useGraphs(useShallow((now) => now.tabs.map((id) => (now.open[id] ? JSON.stringify(tabOf(id, now.open[id])) : ''))))
  const items = texts.filter(Boolean).map((text) => JSON.parse(text) as TabItem)
  return (
    <GraphTabs
      tabs={items}
      active={active || null}
      onActivate={activateTab}
      onClose={(id) => void close(id)}
      onMove={(id, index) => {
        const others = tabs.filter((one) => one !== id)
        orderTabs([...others.slice(0, index), id, ...others.slice(index)])
      }}
      newEntries={() => commandEntries(['file.new', 'file.open', 'file.templates'])}
      menuOf={(id) => {
        if (id !== active) activateTab(id)
        return commandEntries(['file.save', 'file.saveAs', 'file.rename', 'file.duplicate'], ['file.close'])
      }}
    />
  )
}

function tabOf(id: string, open: OpenGraph): TabItem {
  const { record } = open
  const title = record.title || record.name || t('canvas.untitled')
  if (open.choice.id) return { id, title, state: 'problem', hint: t('canvas.fileChanged') }
  if (open.saveError) return { id, title, state: 'problem', hint: open.saveError }
  if (!record.name) return { id, title, state: 'modified', hint: t('canvas.keptHere') }
  return { id, title, state: record.saved < open.number ? 'saving' : 'saved', hint: record.name }
}
