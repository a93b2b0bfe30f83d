import { CornerUpLeft, Ellipsis, Link2, Unlink } from 'lucide-react'
import { children, entry } from '../../graph/level'
import { linksOf, sourcesOf, type LinkView } from '../../graph/links'
import { exposeInput, lift, setParam, unlink, unsetParam, changeInput } from '../../graph/operations'
import type { Interface } from '../../graph/ports'
import { shownType } from '../../graph/shownType'
import { t } from '../../i18n/t'
import type { InputPortRecord, Instance, JsonValue, Operation, ProblemRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Menu, type MenuEntry } from '../../shell/Menu'
import { edit } from '../../stores/graphs'
import { Widget } from '../../widgets/Widget'
import { HelpText } from '../Library/HelpText'
import { PortType } from '../Library/PortType'
import { openLinkTo } from '../Outline/linkTo'
import { goTo } from '../Outline/reveal'
import { Section } from './Section'
import type { Here } from './here'

interface InputsProps {
  readonly place: Here
  readonly name: string
  readonly instance: Instance
  readonly face: Interface
  readonly problems: readonly ProblemRecord[]
}

/** The inputs of an instance: values to type in, links to follow or take away, and what else a port can be. */
export function Inputs({ place, name, instance, face, problems }: InputsProps) {
  const { level } = place
  const ports = Object.entries(face.inputs)
  if (ports.length === 0) return null
  const links = linksOf(level).filter(({ target }) => target.name === name)
  return (
    <Section title={t('left.inputs')} count={ports.length}>
      <div className="inputs">
        {ports.map(([port, record]) => (
          <Input
            key={port}
            place={place}
            name={name}
            instance={instance}
            port={port}
            record={record}
            links={links.filter(({ target }) => target.port === port)}
            problem={problems.find((one) => one.port === port)}
          />
        ))}
      </div>
    </Section>
  )
}

interface InputProps {
  readonly place: Here
  readonly name: string
  readonly instance: Instance
  readonly port: string
  readonly record: InputPortRecord
  readonly links: readonly LinkView[]
  readonly problem: ProblemRecord | undefined
}

function Input(props: InputProps) {
  const { place, record, links, problem, port } = props
  const send = (operations: Operation[]) => edit(place.session, operations)
  const fed = links.find(({ kind }) => kind === 'input')
  const typed = record.param && (links.length === 0 || fed !== undefined)
  const text = problem ? t('left.problem', { expected: problem.expected, got: problem.got, cure: problem.cure }) : undefined
  return (
    <div className="input" data-port={port}>
      <div className="input__main">
        {typed ? <Typed {...props} text={text} fed={fed?.source.port} send={send} /> : <Linked {...props} text={text} send={send} />}
      </div>
      {!place.readOnly && (
        <Menu align="end" entries={() => portEntries(props, send)}>
          <button type="button" className="icon-button icon-button--small input__menu" aria-label={t('left.portMenu', { port })}>
            <Ellipsis size={14} aria-hidden />
          </button>
        </Menu>
      )}
    </div>
  )
}

interface PartProps extends InputProps {
  readonly text: string | undefined
  readonly send: (operations: Operation[]) => Promise<unknown>
}

/** A value to type in: the port's own, or that of the graph's input which feeds it. */
function Typed({ place, name, instance, port, record, text, fed, send }: PartProps & { readonly fed: string | undefined }) {
  const { level, at, readOnly } = place
  const declared = fed === undefined ? undefined : entry(level.inputs, fed)
  const write = (value: JsonValue) =>
    send(fed === undefined ? setParam(level, name, port, value, at) : changeInput(level, fed, { default: value }, at))
  const reset = () =>
    fed === undefined ? send(unsetParam(level, name, port, at)) : write(record.schema['default'] ?? null)
  return (
    <>
      <Widget
        port={record}
        name={port}
        label={declared?.title || titleOf(record, port)}
        value={declared ? declared.default : valueOf(instance, port)}
        disabled={readOnly}
        problem={text}
        onChange={write}
        onReset={reset}
      />
      {fed !== undefined && <p className="input__fed">{t('left.graphInput', { name: fed })}</p>}
    </>
  )
}

function Linked({ place, name, instance, port, record, links, text, send }: PartProps) {
  const { level, at, readOnly } = place
  const lifted = instance.over?.includes(port) ?? false
  return (
    <>
      <div className="input__head">
        <span className="input__name">{titleOf(record, port)}</span>
        <PortType port={record} type={shownType(level, name, record, place.known)} />
        {record.required && links.length === 0 && <span className="input__note">{t('left.required')}</span>}
        {lifted && <span className="input__note">{t('left.isLifted')}</span>}
      </div>
      {links.map((link) => (
          <div key={link.id} className="input__link">
            <button type="button" className="jump" onClick={() => jumpTo(place, link)}>
              {link.kind === 'input' ? t('left.graphInput', { name: link.source.port }) : `${link.source.name}.${link.source.port}`}
            </button>
            {link.kind !== 'input' && (
              <IconButton icon={CornerUpLeft} size="small" label={t('left.jumpTo', { name: link.source.name })} onClick={() => jumpTo(place, link)} />
            )}
            {!readOnly && (
              <IconButton icon={Unlink} size="small" label={t('left.unlinkFrom', { port, source: link.source.port })} onClick={() => send(unlink(level, link, at))} />
            )}
          </div>
      ))}
      {!readOnly && (links.length === 0 || record.variadic) && (
        <Button kind="quiet" icon={Link2} className="input__connect" onClick={() => openLinkTo(children(at, name), 'in', port)}>
          {t('left.linkFrom')}
        </Button>
      )}
      {text && <p className="input__problem">{text}</p>}
      {record.help && <p className="input__help"><HelpText text={record.help} /></p>}
    </>
  )
}

function jumpTo(place: Here, link: LinkView): void {
  if (link.kind !== 'input') goTo(children(place.at, link.source.name))
}

function portEntries({ place, name, instance, port, record, links }: InputProps, send: (operations: Operation[]) => void): MenuEntry[] {
  const { level, at, known } = place
  const fed = links.find(({ kind }) => kind === 'input')
  return [
    { id: 'link', label: t('left.linkFrom'), onSelect: () => openLinkTo(children(at, name), 'in', port) },
    ...links.map((link): MenuEntry => ({
      id: link.id,
      label: t('left.unlinkFrom', { port, source: link.kind === 'input' ? link.source.port : `${link.source.name}.${link.source.port}` }),
      onSelect: () => send(unlink(level, link, at)),
    })),
    'line',
    { id: 'expose', label: t('left.expose'), disabled: fed !== undefined, onSelect: () => send(exposeInput(level, name, port, known, at)) },
    {
      id: 'lift',
      label: t('left.lift'),
      checked: instance.over?.includes(port) ?? false,
      disabled: record.variadic,
      onSelect: () => send(lift(level, name, port, at)),
    },
  ]
}

/** A value that is typed in; of a loop also where it starts from. */
function valueOf(instance: Instance, port: string): JsonValue | undefined {
  const value = entry(instance.params, port)
  if (value !== undefined) return value
  const start = entry(instance.carry, port) ?? (port === 'count' ? instance.count : port === 'items' ? instance.items : undefined)
  if (start === undefined || start === null || sourcesOf(instance, port).length > 0) return undefined
  return start as JsonValue
}

/** What a port is called: its title if it has one, else its name. */
export function titleOf(record: InputPortRecord, port: string): string {
  const title = record.schema['title']
  return typeof title === 'string' && title ? title : port
}
