import { useEffect, useState } from 'react'
import { t } from '../i18n/t'
import { useLanguage } from '../i18n/useLanguage'
import { notify } from '../stores/notices'
import type { AboutProps } from './About'
import { Announcer } from './Announcer'
import { cancelQuestions, useQuestions } from './ask'
import { closePalette, closeSettings, useLayout } from './layout'
import { lazyPart, type PartOptions } from './lazyPart'
import { useMenuAt, closeMenuAt } from './menuAt'
import { useShown } from './shown'
import { TipHost } from './Tooltip'
import { Toasts } from './Toasts'

function fail(close: () => void): PartOptions {
  const onFail = () => {
    close()
    notify({ kind: 'error', text: t('shell.notLoaded') })
  }
  return { onFail, quiet: true }
}

const loadPalette = () => import('./Palette')
const loadDialogs = () => import('./Dialogs')

const loadMenu = () => import('./MenuHost')

const Menu = lazyPart(async () => ({ default: (await loadMenu()).MenuHost }), fail(closeMenuAt))
const Palette = lazyPart(loadPalette, fail(closePalette))
const Dialogs = lazyPart(async () => ({ default: (await loadDialogs()).Dialogs }), fail(cancelQuestions))
const Settings = lazyPart(() => import('./Settings'), fail(closeSettings))

/** What lies over the page: notices, dialogs, palette, settings, menus. Each is loaded when it is first used. */
export function Overlays({ load }: AboutProps) {
  useLanguage()
  const palette = useLayout((state) => state.palette)
  const settings = useLayout((state) => state.settings !== null)
  const asked = useQuestions((state) => state.asked.length > 0)
  const menu = useMenuAt((state) => state.menu !== null)
  const shown = useShown((state) => state.shown)
  // Whether the menu's code is there; it then stays, to see whether the next is opened by key.
  const [idle, setIdle] = useState(false)
  // Those that an answer waits for are fetched while nothing else happens, so that they open at once.
  useEffect(() => {
    const fetchSoon = () => {
      loadMenu().then(() => setIdle(true), () => undefined)
      loadPalette().catch(() => undefined)
      loadDialogs().catch(() => undefined)
    }
    if (!shown || !('requestIdleCallback' in window)) return
    const request = requestIdleCallback(fetchSoon, { timeout: 10_000 })
    return () => cancelIdleCallback(request)
  }, [shown])
  return (
    <>
      <Announcer />
      <Toasts />
      <TipHost />
      {(idle || menu) && <Menu />}
      {palette && <Palette />}
      {settings && <Settings load={load} />}
      {asked && <Dialogs />}
    </>
  )
}
