import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './shell/tokens.css'
import './shell/base.css'
import { App } from './App'
import { applyLanguage, showAppearance } from './shell/appearance'
import { preferences } from './stores/preferences'

showAppearance(preferences())
// English is always there; another language that can't be loaded doesn't keep the page from opening.
await applyLanguage(preferences()).catch(() => undefined)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
