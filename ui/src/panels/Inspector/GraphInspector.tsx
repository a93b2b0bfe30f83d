import { useMemo } from 'react'
import { linksOf } from '../../graph/links'
import { nameOf } from '../../graph/level'
import { formatNumber, formatSeconds, t } from '../../i18n/t'
import type { Graph } from '../../protocol'
import { edit, useActive } from '../../stores/graphs'
import { usePlans } from '../../stores/plan'
import { InputList } from './InputList'
import { OutputList } from './OutputList'
import { Facts, Section } from './Section'
import { TextField } from './TextField'
import type { Here } from './here'

/** The level that is shown: what it is called and does, its inputs and outputs, and how large it is. */
export function GraphInspector({ place }: { readonly place: Here }) {
  const { level, at, session, readOnly } = place
  const describe = (field: 'title' | 'help' | 'licence', value: string) =>
    void edit(session, [{ op: 'describe', at, fields: { [field]: value.trim() } }])
  const fallback = at === '' ? t('left.untitled') : nameOf(at)
  return (
    <div className="inspector" key={`${session} ${at}`}>
      <div className="inspector__head">
        <p className="inspector__kind">{at === '' ? t('left.graph') : t('left.subgraphAt', { path: at })}</p>
        <TextField label={t('left.title')} value={level.title ?? ''} placeholder={fallback} disabled={readOnly} onCommit={(value) => describe('title', value)} />
        <TextField label={t('left.help')} value={level.help ?? ''} lines={3} placeholder={t('left.helpPlaceholder')} disabled={readOnly} onCommit={(value) => describe('help', value)} />
      </div>
      <InputList place={place} />
      <OutputList place={place} />
      <Statistics place={place} />
      <Section title={t('left.more')}>
        <TextField label={t('left.licenceField')} value={level.licence ?? ''} disabled={readOnly} onCommit={(value) => describe('licence', value)} />
      </Section>
    </div>
  )
}

function Statistics({ place }: { readonly place: Here }) {
  const record = useActive()?.record
  const totals = usePlans((state) => state.totals[place.session])
  const size = useMemo(() => sizeOf(place.level), [place.level])
  return (
    <Section title={t('left.statistics')}>
      <Facts
        facts={[
          [t('left.nodes'), formatNumber(size.nodes)],
          size.levels > 0 ? [t('left.levels'), formatNumber(size.levels)] : null,
          [t('left.links'), formatNumber(size.links)],
          totals && !totals.error ? [t('left.stored'), formatNumber(totals.hits)] : null,
          totals && !totals.error ? [t('left.toRun'), toRun(totals)] : null,
          record?.name ? [t('left.file'), record.name] : null,
          Object.keys(place.level.packs ?? {}).length > 0 ? [t('left.packs'), Object.entries(place.level.packs ?? {}).map(([pack, version]) => `${pack} ${String(version)}`).join(', ')] : null,
        ]}
      />
    </Section>
  )
}

function toRun({ toRun: run, pending, seconds, unknown }: { toRun: number; pending: number; seconds: number; unknown: boolean }): string {
  const nodes = formatNumber(run + pending)
  if (run + pending === 0 || (unknown && seconds === 0)) return nodes
  return `${nodes}, ${unknown ? t('left.atLeast', { time: formatSeconds(seconds) }) : `~${formatSeconds(seconds)}`}`
}

/** Instances and links of a level and of the graphs inside of it, and how many these are. */
export function sizeOf(level: Graph): { nodes: number; links: number; levels: number } {
  const size = { nodes: 0, links: 0, levels: -1 }
  const waiting = [level]
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const instances = Object.values(one.nodes ?? {})
    size.nodes += instances.length
    size.links += linksOf(one).filter(({ kind }) => kind !== 'input' && kind !== 'output').length
    size.levels += 1
    for (const { graph } of instances) if (graph) waiting.push(graph)
  }
  return size
}
