import { Fragment, useEffect } from 'react'
import { useLanguage } from '../i18n/useLanguage'
import { registerCommands } from '../stores/commands'
import { keepPreferences } from '../stores/preferences'
import type { ServerFacts } from './About'
import { followPreferences } from './appearance'
import { listenToKeys } from './dispatch'
import { ErrorBoundary } from './ErrorBoundary'
import { Frame, type FrameProps } from './Frame'
import { Overlays } from './Overlays'
import { followRegions } from './regions'
import { shellCommands } from './shellCommands'

export interface ShellProps extends FrameProps {
  /** Asks the server what it is and runs with, for the settings. */
  readonly loadFacts: () => Promise<ServerFacts>
}

/**
 * The whole page around what is edited: frame, keys, palette, dialogs, notices, theme and language.
 *
 * Another language builds the frame anew, since `t` is called all over it; what must outlive that belongs into
 * a store. The overlays stay, so that the settings in which the language is chosen keep the focus.
 */
export function Shell({ loadFacts, ...frame }: ShellProps) {
  const language = useLanguage()
  useEffect(followPreferences, [])
  useEffect(keepPreferences, [])
  useEffect(listenToKeys, [])
  useEffect(followRegions, [])
  useEffect(() => registerCommands(shellCommands), [])
  return (
    <ErrorBoundary>
      <>
        <Fragment key={language}>
          <Frame {...frame} />
        </Fragment>
        <Overlays load={loadFacts} />
      </>
    </ErrorBoundary>
  )
}
