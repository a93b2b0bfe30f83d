import { t } from '../../i18n/t'
import type { InputPortRecord, JsonValue, OutputPortRecord } from '../../protocol'
import { HelpText } from './HelpText'
import { PortType } from './PortType'
import './node-help.css'

/** What is told of a node, or of a graph that is used as one. */
export interface HelpSubject {
  readonly help: string
  readonly licence?: string
  readonly pure?: boolean
  readonly pack?: string
  readonly pack_version?: string
  readonly version?: number
  readonly inputs: Readonly<Record<string, InputPortRecord>>
  readonly outputs: Readonly<Record<string, OutputPortRecord>>
}

/** What a node does, its ports with their types, and under which terms it may be used. */
export function NodeHelp({ subject, marked }: { readonly subject: HelpSubject; readonly marked?: string }) {
  const [first, ...more] = subject.help.split(/\n\s*\n/)
  return (
    <div className="node-help">
      {first && <p className="node-help__first"><HelpText text={first} /></p>}
      {more.map((part, place) => (
        <p key={place} className="node-help__more"><HelpText text={part} /></p>
      ))}
      {subject.licence && <p className="node-help__licence">{t('left.licence', { licence: subject.licence })}</p>}
      {subject.pure === false && <p className="node-help__more">{t('left.impure')}</p>}
      <Ports title={t('left.inputs')} ports={subject.inputs} marked={marked} />
      <Ports title={t('left.outputs')} ports={subject.outputs} marked={marked} />
      {subject.pack && (
        <p className="node-help__pack">
          {t('left.fromPack', { pack: subject.pack, version: shortVersion(subject.pack_version ?? '') })}
        </p>
      )}
    </div>
  )
}

interface PortsProps {
  readonly title: string
  readonly ports: Readonly<Record<string, InputPortRecord | OutputPortRecord>>
  readonly marked: string | undefined
}

function Ports({ title, ports, marked }: PortsProps) {
  const entries = Object.entries(ports)
  if (entries.length === 0) return null
  return (
    <section>
      <h4 className="node-help__heading">{title}</h4>
      <dl className="node-help__ports">
        {entries.map(([name, port]) => (
          <div key={name} className={`node-help__port ${name === marked ? 'node-help__port--marked' : ''}`}>
            <dt>
              <span className="node-help__name">{name}</span>
              <PortType port={port} />
              <Note port={port} />
            </dt>
            {port.help && <dd><HelpText text={port.help} /></dd>}
          </div>
        ))}
      </dl>
    </section>
  )
}

/** What has to be given, or what holds when nothing is. */
function Note({ port }: { readonly port: InputPortRecord | OutputPortRecord }) {
  if (!('required' in port)) return null
  if (port.required) return <span className="node-help__note">{t('left.required')}</span>
  const fallback = port.schema['default']
  if (!port.param || fallback === undefined || fallback === null) return null
  return <code className="node-help__note">{shown(fallback)}</code>
}

/** A value as short text. */
export function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

/** A version without the digest of the source behind it. */
export function shortVersion(version: string): string {
  return version.split('+')[0] ?? version
}
