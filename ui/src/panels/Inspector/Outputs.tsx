import { ChevronDown, ChevronRight, Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { children } from '../../graph/level'
import { linksOf } from '../../graph/links'
import { shownType } from '../../graph/shownType'
import { exposeOutput, unexposeOutput } from '../../graph/operations'
import type { Interface } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { OutputPortRecord } from '../../protocol'
import { Menu, type MenuEntry } from '../../shell/Menu'
import { examples } from '../../stores/examples'
import { edit } from '../../stores/graphs'
import { useKeyed } from '../../stores/keyed'
import { results, type Result } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { ExamplePicture } from '../Example/ExamplePicture'
import { HelpText } from '../Library/HelpText'
import { PortDot } from '../Library/PortType'
import { openLinkTo } from '../Outline/linkTo'
import { goTo } from '../Outline/reveal'
import { Section } from './Section'
import { StoredValue } from './StoredValue'
import type { Here } from './here'

/** The outputs of an instance: where they are read, and what is stored of them. */
export function Outputs({ place, name, face }: { readonly place: Here; readonly name: string; readonly face: Interface }) {
  const path = children(place.at, name)
  const stored = useKeyed(results, nodeKey(place.session, path))
  const ports = Object.entries(face.outputs)
  if (ports.length === 0) return null
  return (
    <Section title={t('left.outputs')} count={ports.length}>
      <ul className="outputs">
        {ports.map(([port, record], index) => (
          <Output key={port} place={place} name={name} port={port} record={record} result={stored?.[port]} first={index === 0} />
        ))}
      </ul>
    </Section>
  )
}

interface OutputProps {
  readonly place: Here
  readonly name: string
  readonly port: string
  readonly record: OutputPortRecord
  readonly result: Result | undefined
  readonly first: boolean
}

function Output(props: OutputProps) {
  const { place, name, port, record, result, first } = props
  const [open, setOpen] = useState(first)
  const path = children(place.at, name)
  const Chevron = open ? ChevronDown : ChevronRight
  const readers = linksOf(place.level).filter(({ source }) => source.name === name && source.port === port)
  return (
    <li className="output">
      <div className="output__head">
        <button type="button" className="output__toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={14} aria-hidden />
          <PortDot port={record} />
          <span className="input__name">{port}</span>
          <span className="output__type">{shownType(place.level, name, record, place.known)}</span>
        </button>
        {!place.readOnly && (
          <Menu align="end" entries={() => outputEntries(props)}>
            <button type="button" className="icon-button icon-button--small" aria-label={t('left.portMenu', { port })}>
              <Ellipsis size={14} aria-hidden />
            </button>
          </Menu>
        )}
      </div>
      {open && (
        <div className="output__body">
          {record.help && <p className="input__help"><HelpText text={record.help} /></p>}
          {readers.length > 0 && (
            <p className="named-port__note">
              {t('left.readBy')}{' '}
              {readers.map(({ id, target, kind }) =>
                kind === 'output' ? (
                  <span key={id} className="output__given">{t('left.graphOutput', { name: target.port })}</span>
                ) : (
                  <button key={id} type="button" className="jump" onClick={() => goTo(children(place.at, target.name))}>
                    {`${target.name}.${target.port}`}
                  </button>
                ),
              )}
            </p>
          )}
          {result ? (
            <StoredValue session={place.session} path={path} port={port} result={result} />
          ) : (
            <NotStored session={place.session} path={path} port={port} />
          )}
        </div>
      )}
    </li>
  )
}

/** Says that nothing is stored of an output, and shows the example of it that came with the graph. */
function NotStored({ session, path, port }: { readonly session: string; readonly path: string; readonly port: string }) {
  const example = useKeyed(examples, nodeKey(session, path))
  return (
    <>
      <p className="named-port__note">{t('left.nothingStored')}</p>
      {example && port in example.ports && <ExamplePicture example={example} port={port} title={port} />}
    </>
  )
}

function outputEntries({ place, name, port }: OutputProps): MenuEntry[] {
  const { level, at, session } = place
  const given = Object.entries(level.outputs ?? {}).filter(([, source]) => source === `${name}.${port}`)
  return [
    { id: 'link', label: t('left.linkTo'), onSelect: () => openLinkTo(children(at, name), 'out', port) },
    'line',
    { id: 'expose', label: t('left.exposeOutput'), onSelect: () => void edit(session, exposeOutput(level, name, port, at)) },
    ...given.map(([output]): MenuEntry => ({
      id: output,
      label: t('left.unexpose', { name: output }),
      onSelect: () => void edit(session, unexposeOutput(output, at)),
    })),
  ]
}
