import { useShallow } from 'zustand/react/shallow'
import { t } from '../i18n/t'
import { instanceAt } from '../graph/level'
import { runCommand } from '../stores/commands'
import { enterLevel, useGraphs } from '../stores/graphs'
import { colourOf, usePresence } from '../stores/presence'
import { Crumbs, HistoryButtons } from '../shell/TopBar'
import './top.css'

/** The way from the graph to the subgraph that is shown. */
export function Levels() {
  const session = useGraphs((now) => now.active)
  const titles = useGraphs(
    useShallow((now) => {
      const open = now.open[now.active]
      if (!open) return []
      const names = open.at ? open.at.split('/') : []
      const steps = names.map((_, place) => names.slice(0, place + 1).join('/'))
      return [open.record.title || t('canvas.untitled'), ...steps.map((path, place) => instanceAt(open.graph, path)?.title || names[place] || '')]
    }),
  )
  const at = useGraphs((now) => now.open[now.active]?.at ?? '')
  const names = at ? at.split('/') : []
  const levels = titles.map((title, place) => ({ id: names.slice(0, place).join('/'), title }))
  return <Crumbs levels={levels} onGo={(path) => enterLevel(session, path)} />
}

export function Steps() {
  const session = useGraphs((now) => now.active)
  const any = session ? '' : null
  return (
    <HistoryButtons
      undo={{ what: any, run: () => runCommand('edit.undo'), command: 'edit.undo' }}
      redo={{ what: any, run: () => runCommand('edit.redo'), command: 'edit.redo' }}
    />
  )
}

/** Who else is in this graph. */
export function People() {
  const session = useGraphs((now) => now.active)
  const here = usePresence((now) => now.people[session])
  const others = Object.values(here ?? {})
  if (others.length === 0) return null
  return (
    <ul className="people" aria-label={t('canvas.people')}>
      {others.map((one) => {
        const name = one.name || t('canvas.somebody')
        return (
          <li key={one.client} className="people__one" style={{ background: colourOf(one.client) }} title={name}>
            <span aria-hidden>{name.slice(0, 1).toUpperCase()}</span>
            <span className="hidden">{name}</span>
          </li>
        )
      })}
    </ul>
  )
}
