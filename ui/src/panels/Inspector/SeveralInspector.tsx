import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
  Box,
  Group,
  type LucideIcon,
} from 'lucide-react'
import { setParam, unsetParam } from '../../graph/operations'
import { within } from '../../graph/level'
import { t } from '../../i18n/t'
import { Button, IconButton } from '../../shell/Button'
import { runCommand, titleOf, useCommands } from '../../stores/commands'
import { edit } from '../../stores/graphs'
import { select } from '../../stores/selection'
import { Widget } from '../../widgets/Widget'
import { titleOf as titleOfPort } from './Inputs'
import { Section } from './Section'
import { commonParams } from './commonParams'
import type { Here } from './here'

const ALIGN: readonly (readonly [string, LucideIcon])[] = [
  ['layout.left', AlignStartVertical],
  ['layout.centre', AlignCenterVertical],
  ['layout.right', AlignEndVertical],
  ['layout.top', AlignStartHorizontal],
  ['layout.middle', AlignCenterHorizontal],
  ['layout.bottom', AlignEndHorizontal],
  ['layout.across', AlignHorizontalDistributeCenter],
  ['layout.down', AlignVerticalDistributeCenter],
]

/** Several instances: the params that all of them have, and how they stand to each other. */
export function SeveralInspector({ place, names }: { readonly place: Here; readonly names: readonly string[] }) {
  const { level, at, inside, session, known, readOnly } = place
  const common = commonParams(level, names, known)
  return (
    <div className="inspector">
      <div className="inspector__head">
        <p className="inspector__several">{t('left.selected', { n: names.length })}</p>
        <p className="inspector__names">
          {names.slice(0, 12).map((name) => (
            <button key={name} type="button" className="jump" onClick={() => select([within(inside, name)])}>{name}</button>
          ))}
          {names.length > 12 && t('left.andMore', { n: names.length - 12 })}
        </p>
      </div>
      {!readOnly && (
        <Section title={t('left.arrangeThem')}>
          <div className="inspector__tools">
            {ALIGN.map(([id, icon]) => (
              <CommandIcon key={id} id={id} icon={icon} />
            ))}
          </div>
          <div className="inspector__tools">
            <Button icon={Group} onClick={() => runCommand('graph.group')}>{t('left.group')}</Button>
            <Button icon={Box} onClick={() => runCommand('graph.embed')}>{t('left.embed')}</Button>
          </div>
        </Section>
      )}
      <Section title={t('left.common')} count={common.length}>
        {common.length === 0 && <p className="named-port__note">{t('left.noCommon')}</p>}
        <div className="inputs">
          {common.map(({ port, record, value, mixed }) => (
            <div key={port} className="input">
              <div className="input__main">
                <Widget
                  port={record}
                  name={port}
                  label={mixed ? t('left.mixed', { name: titleOfPort(record, port) }) : titleOfPort(record, port)}
                  value={value}
                  disabled={readOnly}
                  onChange={(next) => edit(session, names.flatMap((name) => setParam(level, name, port, next, at)))}
                  onReset={() => void edit(session, names.flatMap((name) => unsetParam(level, name, port, at)))}
                />
              </div>
            </div>
          ))}
        </div>
      </Section>
    </div>
  )
}

function CommandIcon({ id, icon }: { readonly id: string; readonly icon: LucideIcon }) {
  const command = useCommands((state) => state.commands.get(id))
  return command ? <IconButton icon={icon} label={titleOf(command)} command={id} onClick={() => runCommand(id)} /> : null
}
