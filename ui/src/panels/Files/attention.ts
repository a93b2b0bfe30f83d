/** Opens, once each, what an open graph needs to be asked: a choice that waits, something that is missing. */

import { t } from '../../i18n/t'
import { useCatalogue } from '../../stores/catalogue'
import { useGraphs, type OpenGraph } from '../../stores/graphs'
import { dismiss, notify } from '../../stores/notices'
import { missingKey, missingOf } from '../Missing/missing'
import { openOverlay, useOverlay } from './overlay'

/** Begin to watch; gives a function that ends it. */
export function watchGraphs(): () => void {
  const told = new Set<string>()
  const asked = new Map<string, number>()
  const look = () => {
    const { active, open } = useGraphs.getState()
    const graph = open[active]
    if (!graph) return
    lookAtChoice(active, graph, asked)
    lookAtMissing(active, graph, told)
  }
  const leave = [useGraphs.subscribe(look), useCatalogue.subscribe(look)]
  look()
  return () => leave.forEach((one) => one())
}

function lookAtChoice(session: string, { choice, record }: OpenGraph, asked: Map<string, number>): void {
  const key = `${session} ${choice.id}`
  if (choice.id && asked.has(key)) return
  for (const [other, notice] of asked) if (other.startsWith(`${session} `)) dismiss(notice)
  if (!choice.id) return
  const run = () => openOverlay({ kind: 'choice', session })
  const text = t('panels.choiceNotice', { name: record.name })
  asked.set(key, notify({ kind: 'warn', text, stay: null, action: { label: t('panels.choose'), run } }))
  if (isFree()) run()
}

let checked: unknown = null

function lookAtMissing(session: string, open: OpenGraph, told: Set<string>): void {
  const { catalogue, ready } = useCatalogue.getState()
  if (!ready || !open.checked || open.problems.length === 0) return
  if (checked === open.problems) return
  checked = open.problems
  const first = `opened ${session}`
  const wasOpened = told.has(first)
  told.add(first)
  const missing = missingOf(open.graph, open.problems, catalogue, open.interfaces)
  if (wasOpened || missingKey(missing) === '') return
  const run = () => openOverlay({ kind: 'missing', session })
  const text = t('panels.missingNotice', {
    n: missing.nodes.length + missing.files.length,
    title: open.record.title,
  })
  notify({ kind: 'warn', text, action: { label: t('panels.show'), run } })
  if (isFree()) run()
}

/** Whether a window may open by itself: nothing that somebody is at would go. */
function isFree(): boolean {
  const { overlay } = useOverlay.getState()
  return overlay === null || overlay.kind === 'open'
}
