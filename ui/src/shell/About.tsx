import { useEffect, useState, type ReactNode } from 'react'
import { formatBytes, formatNumber, t } from '../i18n/t'
import type { HealthRecord, SettingsRecord } from '../protocol'
import { Button } from './Button'
import { Skeleton } from './Spinner'
import './About.css'

export interface ServerFacts {
  readonly health: HealthRecord
  readonly settings: SettingsRecord
}

export interface AboutProps {
  /** Asks the server what it is and runs with. */
  readonly load: () => Promise<ServerFacts>
}

type Loaded = { readonly facts: ServerFacts } | { readonly error: string } | null

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="about__fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Folders({ paths }: { readonly paths: readonly string[] }) {
  if (paths.length === 0) return t('shell.aboutNone')
  return paths.map((path) => (
    <code key={path} className="about__path">
      {path}
    </code>
  ))
}

const OFFLOADS = {
  none: 'shell.aboutOffloadNone',
  model: 'shell.aboutOffloadModel',
  group: 'shell.aboutOffloadGroup',
  leaf: 'shell.aboutOffloadLeaf',
} as const

function budget(bytes: number | null): string {
  return bytes === null ? t('shell.automatic') : formatBytes(bytes)
}

function Facts({ health, settings }: ServerFacts) {
  return (
    <dl className="about">
      <Fact name={t('shell.aboutServer')}>{t('shell.aboutWell')}</Fact>
      <Fact name={t('shell.aboutVersion')}>{health.version}</Fact>
      <Fact name={t('shell.aboutDevice')}>{settings.device}</Fact>
      <Fact name={t('shell.aboutThreads')}>
        {settings.threads === null ? t('shell.automatic') : formatNumber(settings.threads)}
      </Fact>
      <Fact name={t('shell.aboutWorkspace')}>
        <Folders paths={[settings.workspace]} />
      </Fact>
      <Fact name={t('shell.aboutHome')}>
        <Folders paths={[settings.home]} />
      </Fact>
      <Fact name={t('shell.aboutModels')}>
        <Folders paths={settings.model_roots} />
      </Fact>
      <Fact name={t('shell.aboutDisk')}>{budget(settings.disk_budget)}</Fact>
      <Fact name={t('shell.aboutMemory')}>{budget(settings.ram_budget)}</Fact>
      <Fact name={t('shell.aboutVideoMemory')}>{budget(settings.vram_budget)}</Fact>
      <Fact name={t('shell.aboutOffload')}>{t(OFFLOADS[settings.offload])}</Fact>
      <Fact name={t('shell.aboutUploads')}>{formatBytes(settings.upload_limit)}</Fact>
      <Fact name={t('shell.aboutOffline')}>
        {settings.offline ? t('shell.aboutOfflineYes') : t('shell.aboutOfflineNo')}
      </Fact>
    </dl>
  )
}

/** What the server is and runs with. */
export function About({ load }: AboutProps) {
  const [loaded, setLoaded] = useState<Loaded>(null)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let wanted = true
    const tell = (result: Loaded) => wanted && setLoaded(result)
    load().then(
      (facts) => tell({ facts }),
      (error: unknown) => tell({ error: error instanceof Error ? error.message : String(error) }),
    )
    return () => {
      wanted = false
    }
  }, [load, turn])
  if (loaded === null) return <Skeleton lines={8} />
  if ('facts' in loaded) return <Facts {...loaded.facts} />
  return (
    <div className="about__error" role="alert">
      <p>
        {t('shell.aboutUnknown')}. {loaded.error}
      </p>
      <Button onClick={() => setTurn(turn + 1)}>{t('shell.retry')}</Button>
    </div>
  )
}
