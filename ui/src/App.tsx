import { Spline } from 'lucide-react'
import { get } from './api/http'
import { t } from './i18n/t'
import type { HealthRecord, SettingsRecord } from './protocol'
import type { ServerFacts } from './shell/About'
import { Empty } from './shell/Empty'
import type { FrameSlots } from './shell/Frame'
import { GraphTabs } from './shell/GraphTabs'
import { commandEntries } from './shell/Menu'
import { Shell } from './shell/Shell'

async function loadFacts(): Promise<ServerFacts> {
  const [health, settings] = await Promise.all([
    get<HealthRecord>('health'),
    get<SettingsRecord>('settings'),
  ])
  return { health, settings }
}

const nothing = () => undefined

const slots: FrameSlots = {
  menu: () => commandEntries(['shell.palette', 'shell.settings', 'shell.keys']),
  tabs: <GraphTabs tabs={[]} active={null} onActivate={nothing} onClose={nothing} newEntries={[]} />,
  panels: [],
  centre: <Nothing />,
}

function Nothing() {
  return <Empty icon={Spline} title={t('shell.newGraph')} />
}

export function App() {
  return <Shell slots={slots} ready loadFacts={loadFacts} />
}
