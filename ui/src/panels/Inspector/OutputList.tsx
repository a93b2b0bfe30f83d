import { LogOut } from 'lucide-react'
import { children, entry, splitPort } from '../../graph/level'
import { unexposeOutput } from '../../graph/operations'
import { interfaceOf } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { Operation, OutputPortRecord } from '../../protocol'
import { Empty } from '../../shell/Empty'
import { edit } from '../../stores/graphs'
import { goTo } from '../Outline/reveal'
import { NamedPort } from './NamedPort'
import { Section } from './Section'
import type { Here } from './here'
import { inOwnOrder } from './order'

/** The named outputs of a level: renamed, put in order, or taken away. */
export function OutputList({ place }: { readonly place: Here }) {
  const { level, at, session } = place
  const names = inOwnOrder(level, 'outputs')
  const send = (operations: Operation[]) => void edit(session, operations)
  return (
    <Section title={t('left.outputs')} count={names.length}>
      {names.length === 0 && <Empty icon={LogOut} title={t('left.noOutputs')} text={t('left.noOutputsText')} />}
      <ol className="named-ports">
        {names.map((name, index) => {
          const source = entry(level.outputs, name) ?? ''
          return (
            <NamedPort
              key={name}
              place={place}
              side="outputs"
              name={name}
              title={name}
              subtitle={source}
              port={portOf(place, source)}
              first={index === 0}
              last={index === names.length - 1}
              send={send}
              removal={unexposeOutput(name, at)}
            >
              <p className="named-port__note">
                {t('left.comesFrom')}{' '}
                <button type="button" className="jump" onClick={() => goTo(children(at, splitPort(source).name))}>
                  {source}
                </button>
              </p>
            </NamedPort>
          )
        })}
      </ol>
    </Section>
  )
}

function portOf({ level, known }: Here, source: string): OutputPortRecord | null {
  const { name, port } = splitPort(source)
  const instance = entry(level.nodes, name)
  const face = instance && interfaceOf(instance, name, known.catalogue, known.interfaces)
  return (face && entry(face.outputs, port)) ?? null
}
