import { CircleAlert, CornerDownRight } from 'lucide-react'
import { useProblemsOf } from '../../canvas/marks'
import { children, within } from '../../graph/level'
import { rename, setTitle } from '../../graph/operations'
import { interfaceOf, isLevel, placeholderOf } from '../../graph/ports'
import { titleOf } from '../../graph/search'
import { t } from '../../i18n/t'
import type { Instance, NodeRecord, Operation, ProblemRecord } from '../../protocol'
import { Button } from '../../shell/Button'
import { edit, enterLevel } from '../../stores/graphs'
import { NodeHelp, shortVersion, type HelpSubject } from '../Library/NodeHelp'
import { PaintMask } from '../Mask/PaintMask'
import { nameFault } from '../Outline/actions'
import { ProblemText } from '../Problems/ProblemText'
import { select } from '../../stores/selection'
import { Inputs } from './Inputs'
import { Licence } from './Licence'
import { LoopSteps } from './LoopSteps'
import { NodeActions } from './NodeActions'
import { NodeState } from './NodeState'
import { Outputs } from './Outputs'
import { Section } from './Section'
import { TextField } from './TextField'
import type { Here } from './here'

interface NodeInspectorProps {
  readonly place: Here
  readonly name: string
  readonly instance: Instance
}

/** One instance: its names, what is wrong with it, how far it is, its values and links, what it gave, its help. */
export function NodeInspector({ place, name, instance }: NodeInspectorProps) {
  const { level, at, inside, session, known, readOnly } = place
  const path = children(at, name)
  const face = interfaceOf(instance, name, known.catalogue, known.interfaces)
  const problems = useProblemsOf(path)
  const node = known.catalogue.nodes.get(instance.type ?? '')
  const send = (operations: Operation[]) => edit(session, operations)
  const shown = face ?? placeholderOf(instance, name)
  const renamed = async (wanted: string) => {
    const operations = rename(level, name, wanted, at)
    const to = operations.find((one) => one.op === 'rename')?.to
    if (to && (await send(operations))) select([within(inside, to)])
  }
  return (
    <div className="inspector">
      <div className="inspector__head">
        <TextField label={t('left.title')} value={instance.title ?? ''} placeholder={name} disabled={readOnly} onCommit={(title) => void send(setTitle(name, title, at))} />
        <TextField
          label={t('left.nameInGraph')}
          value={name}
          mono
          disabled={readOnly}
          check={(wanted) => (wanted.trim() === '' ? t('left.nameEmpty') : nameFault(level, wanted.trim(), name))}
          onCommit={(wanted) => void renamed(wanted)}
        />
        <Kind instance={instance} node={node} />
        {isLevel(instance) && (
          <Button icon={CornerDownRight} onClick={() => enterLevel(session, path)}>{t('left.goInto')}</Button>
        )}
        {!readOnly && <PaintMask session={session} path={path} id={within(inside, name)} />}
      </div>
      <Faults problems={problems.filter(({ port }) => !port || !(port in shown.inputs))} />
      <NodeActions place={place} name={name} instance={instance} />
      <Inputs place={place} name={name} instance={instance} face={shown} problems={problems} />
      <Licence node={node} name={name} known={known} />
      <NodeState session={session} path={path} />
      {isLevel(instance) && <LoopSteps place={place} name={name} instance={instance} />}
      <Outputs place={place} name={name} face={shown} />
      {node && <Help title={titleOf(node.id)} subject={{ ...node, licence: '' }} />}
      {!node && face?.help && <Help title={face.title} subject={{ help: face.help, inputs: {}, outputs: {} }} />}
    </div>
  )
}

function Help({ title, subject }: { readonly title: string; readonly subject: HelpSubject }) {
  return (
    <div data-help tabIndex={-1}>
      <Section title={t('left.about', { name: title })}>
        <NodeHelp subject={subject} />
      </Section>
    </div>
  )
}

function Faults({ problems }: { readonly problems: readonly ProblemRecord[] }) {
  if (problems.length === 0) return null
  return (
    <Section title={t('left.problems')} count={problems.length}>
      <ul className="inspector__problems">
        {problems.map((problem, index) => (
          <li key={index}>
            <CircleAlert size={14} aria-hidden />
            <ProblemText problem={problem} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Kind({ instance, node }: { readonly instance: Instance; readonly node: NodeRecord | undefined }) {
  const own = instance.version ?? 1
  return (
    <p className="inspector__kind">
      <code>{instance.type || instance.ref || t('left.subgraph')}</code>
      {instance.type && <span>{t('left.version', { version: String(own) })}</span>}
      {node && own < node.version && <span className="inspector__old">{t('left.newer', { version: String(node.version) })}</span>}
      {node && <span>{node.pack} {shortVersion(node.pack_version)}</span>}
      {instance.type && !node && !isLevel(instance) && <span className="inspector__old">{t('left.notInstalled')}</span>}
    </p>
  )
}
