import { ArrowRight, Unlink } from 'lucide-react'
import { children, entry } from '../graph/level'
import { INPUTS, linksOf, textOf, type LinkView } from '../graph/links'
import { interfaceOf } from '../graph/ports'
import { unlink } from '../graph/operations'
import { shownType } from '../graph/shownType'
import { t } from '../i18n/t'
import type { InputPortRecord, OutputPortRecord } from '../protocol'
import { Button } from '../shell/Button'
import { edit } from '../stores/graphs'
import { useKeyed } from '../stores/keyed'
import { results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { select } from '../stores/selection'
import { StoredValue } from './Inspector/StoredValue'
import { Facts, Section } from './Inspector/Section'
import type { Here } from './Inspector/here'
import { PortType } from './Library/PortType'
import { goTo } from './Outline/reveal'
import './Inspector.css'

/** A link: its ends and their types, and what is stored of the value that flows along it. */
export function LinkInspector({ place, link }: { readonly place: Here; readonly link: LinkView }) {
  const { level, at, session, readOnly } = place
  const { source, target } = link
  const given = portOf(place, source.name, source.port, 'outputs')
  const taken = portOf(place, target.name, target.port, 'inputs')
  const remove = async () => {
    if (await edit(session, unlink(level, link, at))) select([])
  }
  return (
    <div className="inspector">
      <div className="inspector__head">
        <p className="link-inspector__ends">
          <End place={place} name={source.name} text={source.name === INPUTS ? t('left.graphInput', { name: source.port }) : textOf(source)} />
          <ArrowRight size={14} aria-label={t('left.flowsTo')} />
          <End place={place} name={target.name} text={textOf(target)} />
        </p>
        {!readOnly && <Button icon={Unlink} onClick={() => void remove()}>{t('left.unlink')}</Button>}
      </div>
      <Section title={t('left.link')}>
        <Facts
          facts={[
            given ? [t('left.givesType'), <PortType key="given" port={given} type={shownType(level, source.name, given, place.known)} />] : null,
            taken ? [t('left.takesType'), <PortType key="taken" port={taken} type={shownType(level, target.name, taken, place.known)} />] : null,
            link.index > 0 || Array.isArray(entry(entry(level.nodes, target.name)?.links, target.port))
              ? [t('left.place'), String(link.index + 1)]
              : null,
          ]}
        />
      </Section>
      <Section title={t('left.valueOnLink')}>
        <LinkValue session={session} at={at} link={link} />
      </Section>
    </div>
  )
}

/** What is stored of the value on a link. */
export function LinkValue({ session, at, link }: { readonly session: string; readonly at: string; readonly link: LinkView }) {
  const path = children(at, link.source.name)
  const stored = useKeyed(results, nodeKey(session, path))
  const result = stored?.[link.source.port]
  if (link.source.name === INPUTS) return <p className="named-port__note">{t('left.valueOfInput')}</p>
  if (!result) return <p className="named-port__note">{t('left.nothingOnLink')}</p>
  return <StoredValue session={session} path={path} port={link.source.port} result={result} />
}

function End({ place, name, text }: { readonly place: Here; readonly name: string; readonly text: string }) {
  if (!entry(place.level.nodes, name)) return <span>{text}</span>
  return (
    <button type="button" className="jump" onClick={() => goTo(children(place.at, name))}>
      {text}
    </button>
  )
}

function portOf({ level, known }: Here, name: string, port: string, side: 'inputs' | 'outputs'): InputPortRecord | OutputPortRecord | null {
  const instance = entry(level.nodes, name)
  const face = instance && interfaceOf(instance, name, known.catalogue, known.interfaces)
  const ports: Readonly<Record<string, InputPortRecord | OutputPortRecord>> | undefined = face?.[side]
  return entry(ports, port) ?? null
}

/** The link of a level that has an id; undefined when it is gone. */
export function linkNamed(place: Here, id: string): LinkView | undefined {
  return linksOf(place.level).find((link) => link.id === id)
}
