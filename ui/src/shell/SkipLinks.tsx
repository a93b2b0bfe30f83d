import type { MouseEvent } from 'react'
import { t, type Key } from '../i18n/t'
import { usePreferences } from '../stores/preferences'
import { goToRegion } from './regions'
import { useScreen } from './useScreen'

/** What Tab comes to first: links past all that stands before a region. */
export function SkipLinks() {
  const wide = useScreen() === 'wide'
  const left = usePreferences((state) => state.left.open)
  const right = usePreferences((state) => state.right.open)
  return (
    <nav aria-label={t('shell.skipLinks')}>
      <Skip to="canvas" target="frame-centre" label="shell.skipToCanvas" />
      {wide && left && <Skip to="left" target="side-left" label="shell.skipToLeft" />}
      {wide && right && <Skip to="right" target="side-right" label="shell.skipToRight" />}
    </nav>
  )
}

function Skip({ to, target, label }: { readonly to: string; readonly target: string; readonly label: Key }) {
  const go = (event: MouseEvent) => {
    event.preventDefault()
    goToRegion(to)
  }
  return (
    <a className="frame__skip" href={`#${target}`} onClick={go}>
      {t(label)}
    </a>
  )
}
