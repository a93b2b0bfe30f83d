/** Opens, once each, what an open graph needs to be asked: a choice that waits, something that is missing. */

import { t } from '../../i18n/t'
import { useCatalogue } from '../../stores/catalogue'
import { useGraphs, type OpenGraph } from '../../stores/graphs'
import { dismiss, notify } from '../../stores/notices'
import { missingKey, missingOf } from '../Missing/missing'
import { openOverlay, useOverlay } from './overlay'

/** A graph as it was when it was opened. */
interface Opened {
  number: number
  /** Those that were looked at. */
  problems: unknown
  told: boolean
}

/** Begin to watch; gives a function that ends it. */
export function watchGraphs(): () => void {
  const opened = new Map<string, Opened>()
  const asked = new Map<string, number | null>()
  const look = () => {
    const { active, open } = useGraphs.getState()
    const graph = open[active]
    if (!graph) return
    lookAtChoice(active, graph, asked)
    lookAtMissing(active, graph, opened)
  }
  const leave = [useGraphs.subscribe(look), useCatalogue.subscribe(look), useOverlay.subscribe(look)]
  look()
  return () => leave.forEach((one) => one())
}

/** The window of a choice opens once by itself; put off, it waits behind a notice. */
function lookAtChoice(session: string, { choice, record }: OpenGraph, asked: Map<string, number | null>): void {
  const key = `${session} ${choice.id}`
  const notice = asked.get(key)
  if (useOverlay.getState().overlay?.kind === 'choice' || !choice.id) {
    for (const [other, told] of asked) {
      if (!other.startsWith(`${session} `) || told === null) continue
      dismiss(told)
      asked.set(other, null)
    }
    return
  }
  const run = () => openOverlay({ kind: 'choice', session })
  if (notice === undefined && isFree()) {
    asked.set(key, null)
    run()
  } else if (!notice) {
    const text = t('panels.choiceNotice', { name: record.name })
    asked.set(key, notify({ kind: 'warn', text, stay: null, action: { label: t('panels.choose'), run } }))
  }
}

const TOLD = 'knotwork.missing'

/** Tell what a graph lacks as it was opened; what is lacking after an edit shows on its nodes. */
function lookAtMissing(session: string, open: OpenGraph, opened: Map<string, Opened>): void {
  const { catalogue, ready } = useCatalogue.getState()
  const before = opened.get(session) ?? { number: open.number, problems: null, told: false }
  if (!ready || before.told || before.number !== open.number || before.problems === open.problems) return
  const missing = missingOf(open.graph, open.problems, catalogue, open.interfaces)
  const key = missingKey(missing)
  opened.set(session, { ...before, problems: open.problems, told: key !== '' })
  if (key === '') return
  const run = () => openOverlay({ kind: 'missing', session })
  // A page that is loaded again needs no window for what it has told
  if (isFree() && sessionStorage.getItem(TOLD) !== `${session} ${key}`) run()
  else {
    const n = missing.nodes.length + missing.files.length
    const text = t('panels.missingNotice', { n, title: open.record.title || t('panels.untitled') })
    notify({ kind: 'warn', text, action: { label: t('panels.show'), run } })
  }
  sessionStorage.setItem(TOLD, `${session} ${key}`)
}

/** Whether a window may open by itself: nothing that somebody is at would go. */
function isFree(): boolean {
  const { overlay } = useOverlay.getState()
  return overlay === null || overlay.kind === 'open'
}
