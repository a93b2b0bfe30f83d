import { Settings2 } from 'lucide-react'
import { children, entry, splitPort } from '../../graph/level'
import { changeInput, unexposeInput } from '../../graph/operations'
import { portOfInput } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { Operation } from '../../protocol'
import { Empty } from '../../shell/Empty'
import { edit } from '../../stores/graphs'
import { Widget } from '../../widgets/Widget'
import { goTo } from '../Outline/reveal'
import { NamedPort } from './NamedPort'
import { Section } from './Section'
import { TextField } from './TextField'
import type { Here } from './here'
import { inOwnOrder } from './order'

/** The named inputs of a level: renamed, put in order, given defaults and texts, or taken away. */
export function InputList({ place }: { readonly place: Here }) {
  const { level, session } = place
  const names = inOwnOrder(level, 'inputs')
  const send = (operations: Operation[]) => edit(session, operations)
  return (
    <Section title={t('left.inputs')} count={names.length}>
      {names.length === 0 && <Empty icon={Settings2} title={t('left.noInputs')} text={t('left.noInputsText')} />}
      <ol className="named-ports">
        {names.map((name, index) => (
          <Input key={name} place={place} name={name} first={index === 0} last={index === names.length - 1} send={send} />
        ))}
      </ol>
    </Section>
  )
}

interface InputProps {
  readonly place: Here
  readonly name: string
  readonly first: boolean
  readonly last: boolean
  readonly send: (operations: Operation[]) => Promise<unknown>
}

function Input({ place, name, first, last, send }: InputProps) {
  const { level, at, readOnly } = place
  const declared = entry(level.inputs, name) ?? {}
  const port = portOfInput(level, declared, place.known)
  const change = (part: Parameters<typeof changeInput>[2]) => send(changeInput(level, name, part, at))
  return (
    <NamedPort
      place={place}
      side="inputs"
      name={name}
      title={declared.title || name}
      subtitle={name}
      port={port}
      first={first}
      last={last}
      send={send}
      removal={unexposeInput(name, at)}
    >
      <TextField label={t('left.title')} value={declared.title ?? ''} placeholder={name} disabled={readOnly} onCommit={(title) => change({ title: title.trim() })} />
      <TextField label={t('left.help')} value={declared.help ?? ''} placeholder={port?.help ?? ''} disabled={readOnly} onCommit={(help) => change({ help: help.trim() })} />
      {port?.param && (
        <Widget
          port={{ ...port, required: false }}
          name={name}
          label={t('left.default')}
          value={declared.default}
          disabled={readOnly}
          help={false}
          onChange={(value) => change({ default: value })}
          onReset={() => change({ default: undefined })}
        />
      )}
      <Targets place={place} to={declared.to ?? []} />
    </NamedPort>
  )
}

function Targets({ place, to }: { readonly place: Here; readonly to: readonly string[] }) {
  if (to.length === 0) return <p className="named-port__note">{t('left.feedsNothing')}</p>
  return (
    <p className="named-port__note">
      {t('left.feeds')}{' '}
      {to.map((text) => (
        <button key={text} type="button" className="jump" onClick={() => goTo(children(place.at, splitPort(text).name))}>
          {text}
        </button>
      ))}
    </p>
  )
}
