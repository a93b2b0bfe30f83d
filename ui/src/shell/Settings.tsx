import { Info, Keyboard, Languages, Monitor, Moon, Palette, Sun, Workflow, type LucideIcon } from 'lucide-react'
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import { languageNames, languages } from '../i18n/language'
import { t, type Key } from '../i18n/t'
import { densities, linkStyles, prefer, previewSizes, themes, usePreferences } from '../stores/preferences'
import { About, type AboutProps } from './About'
import { Choice, Line, Segments, Switch } from './Fields'
import { KeySettings } from './KeySettings'
import { closeSettings, settingsPages, useLayout, type SettingsPage } from './layout'
import { Modal } from './Modal'
import './Settings.css'

const pages: Readonly<Record<SettingsPage, { readonly titleKey: Key; readonly icon: LucideIcon }>> = {
  appearance: { titleKey: 'shell.pageAppearance', icon: Palette },
  language: { titleKey: 'shell.pageLanguage', icon: Languages },
  canvas: { titleKey: 'shell.pageCanvas', icon: Workflow },
  keys: { titleKey: 'shell.pageKeys', icon: Keyboard },
  about: { titleKey: 'shell.pageAbout', icon: Info },
}

const themeNames = { system: 'shell.themeSystem', light: 'shell.themeLight', dark: 'shell.themeDark' } as const
const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const
const densityNames = { comfortable: 'shell.densityComfortable', compact: 'shell.densityCompact' } as const
const linkNames = { curved: 'shell.linkCurved', straight: 'shell.linkStraight', stepped: 'shell.linkStepped' } as const
const previewNames = {
  none: 'shell.previewNone',
  small: 'shell.previewSmall',
  medium: 'shell.previewMedium',
  large: 'shell.previewLarge',
} as const

function options<T extends string>(values: readonly T[], names: Readonly<Record<T, Key>>) {
  return values.map((value) => ({ value, label: t(names[value]) }))
}

function Appearance() {
  const { theme, density } = usePreferences()
  const themeOptions = options(themes, themeNames).map((option) => {
    const Icon = themeIcons[option.value]
    return { ...option, icon: <Icon size={14} aria-hidden="true" /> }
  })
  return (
    <>
      <Segments
        label={t('shell.theme')}
        value={theme}
        options={themeOptions}
        onChange={(value) => prefer({ theme: value })}
      />
      <Segments
        label={t('shell.density')}
        value={density}
        options={options(densities, densityNames)}
        onChange={(value) => prefer({ density: value })}
      />
    </>
  )
}

function LanguageAndName() {
  const { language, name } = usePreferences()
  return (
    <>
      <Choice
        label={t('shell.language')}
        value={language}
        options={[
          { value: 'system', label: t('shell.languageSystem') },
          ...languages.map((value) => ({ value, label: languageNames[value] })),
        ]}
        onChange={(value) => prefer({ language: value })}
      />
      <Line
        label={t('shell.yourName')}
        text={t('shell.yourNameText')}
        placeholder={t('shell.yourNamePlaceholder')}
        value={name}
        onChange={(value) => prefer({ name: value })}
      />
    </>
  )
}

function Canvas() {
  const { snap, linkStyle, previewSize } = usePreferences()
  return (
    <>
      <Switch
        label={t('shell.snap')}
        text={t('shell.snapText')}
        checked={snap}
        onChange={(value) => prefer({ snap: value })}
      />
      <Segments
        label={t('shell.linkStyle')}
        value={linkStyle}
        options={options(linkStyles, linkNames)}
        onChange={(value) => prefer({ linkStyle: value })}
      />
      <Segments
        label={t('shell.previewSize')}
        value={previewSize}
        options={options(previewSizes, previewNames)}
        onChange={(value) => prefer({ previewSize: value })}
      />
    </>
  )
}

/** What can be chosen for this browser, and what the server runs with. */
export default function Settings({ load }: AboutProps) {
  const page = useLayout((state) => state.settings)
  const contents: Readonly<Record<SettingsPage, ReactNode>> = {
    appearance: <Appearance />,
    language: <LanguageAndName />,
    canvas: <Canvas />,
    keys: <KeySettings />,
    about: <About load={load} />,
  }
  const go = (next: string) => useLayout.setState({ settings: settingsPages.find((one) => one === next) ?? null })
  return (
    <Modal
      open={page !== null}
      onOpenChange={closeSettings}
      title={t('shell.settings')}
      size="large"
      className="settings"
    >
      <Tabs.Root className="settings__tabs" orientation="vertical" value={page ?? 'appearance'} onValueChange={go}>
        <Tabs.List className="settings__list" aria-label={t('shell.settingsPages')}>
          {settingsPages.map((id) => {
            const { titleKey, icon: Icon } = pages[id]
            return (
              <Tabs.Trigger
                key={id}
                value={id}
                className="settings__tab"
                data-autofocus={id === page ? '' : undefined}
              >
                <Icon size={15} aria-hidden="true" />
                {t(titleKey)}
              </Tabs.Trigger>
            )
          })}
        </Tabs.List>
        {settingsPages.map((id) => (
          <Tabs.Content key={id} value={id} className="settings__page">
            <h3 className="settings__heading">{t(pages[id].titleKey)}</h3>
            {contents[id]}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Modal>
  )
}
