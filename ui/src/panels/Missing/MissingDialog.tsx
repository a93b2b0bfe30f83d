import { Copy, Crosshair } from 'lucide-react'
import { Fragment } from 'react'
import { nameOf, parent } from '../../graph/level'
import { t, type Key } from '../../i18n/t'
import type { JsonValue } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Modal } from '../../shell/Modal'
import { useCatalogue } from '../../stores/catalogue'
import { edit, enterLevel, useGraphs } from '../../stores/graphs'
import { notify } from '../../stores/notices'
import { useProblems } from '../../stores/problems'
import { select } from '../../stores/selection'
import { Widget } from '../../widgets/Widget'
import { closeOverlay } from '../Files/overlay'
import { shown } from '../SweepGrid/sweep'
import { missingOf, type MissingFile, type MissingNode } from './missing'
import './Missing.css'

/** What a graph needs and is not here: what to install, and files to choose in place of others. */
export function MissingDialog({ session }: { readonly session: string }) {
  const open = useGraphs((state) => state.open[session])
  const problems = useProblems(session)
  const catalogue = useCatalogue((state) => state.catalogue)
  if (!open) return null
  const { nodes, files } = missingOf(open.graph, problems, catalogue, open.interfaces)
  const title = nodes.length + files.length === 0 ? t('panels.missingNone') : t('panels.missingTitle')
  return (
    <Modal
      open
      size="large"
      onOpenChange={(now) => !now && closeOverlay()}
      title={title}
      text={
        nodes.length + files.length > 0 ? t('panels.missingText', { title: open.record.title || t('panels.untitled') }) : undefined
      }
      footer={
        <Button kind="primary" onClick={() => closeOverlay()}>
          {t('shell.close')}
        </Button>
      }
    >
      {nodes.length > 0 && (
        <section aria-label={t('panels.missingNodes')}>
          <h3 className="missing__heading">{t('panels.missingNodes')}</h3>
          <ul>
            {nodes.map((node) => (
              <Node key={node.type} session={session} node={node} />
            ))}
          </ul>
        </section>
      )}
      {files.length > 0 && (
        <section aria-label={t('panels.missingFiles')}>
          <h3 className="missing__heading">{t('panels.missingFiles')}</h3>
          <ul>
            {files.map((file) => (
              <File key={`${file.path}.${file.port}`} session={session} file={file} />
            ))}
          </ul>
        </section>
      )}
    </Modal>
  )
}

function show(session: string, path: string): void {
  closeOverlay()
  enterLevel(session, parent(path))
  select([nameOf(path)])
}

const KINDS = {
  node: 'panels.missingNode',
  version: 'panels.missingVersion',
  graph: 'panels.missingGraph',
} as const

function Node({ session, node }: { readonly session: string; readonly node: MissingNode }) {
  const why = useCatalogue((state) => state.broken)
  const pack = Object.keys(why).find((name) => node.got.includes(name))
  const copy = () => {
    void navigator.clipboard
      .writeText(node.type)
      .then(() => notify({ kind: 'good', text: t('panels.copied') }))
  }
  return (
    <li className="missing__item">
      <div className="missing__text">
        <code className="missing__type">{node.type}</code>
        <span className="missing__uses">{t('panels.missingUses', { n: node.instances.length })}</span>
        <p>{t(KINDS[node.kind])}</p>
        {node.pack && <p className="missing__cure">{t('panels.missingPack', { pack: node.pack })}</p>}
        {pack && <p className="missing__why">{why[pack]}</p>}
        <p className="missing__cure">{node.cure}</p>
      </div>
      <IconButton icon={Copy} size="small" label={t('panels.copyName', { name: node.type })} onClick={copy} />
      {node.instances[0] && (
        <IconButton
          icon={Crosshair}
          size="small"
          label={t('panels.showNode')}
          onClick={() => show(session, node.instances[0] ?? '')}
        />
      )}
    </li>
  )
}

const NOTED: Readonly<Record<string, Key>> = {
  digest: 'panels.noteDigest',
  licence: 'panels.noteLicence',
  source: 'panels.noteSource',
}

/** What the graph's maker noted on a file: how to know it again, and where to get it. */
function Note({ note }: Pick<MissingFile, 'note'>) {
  const entries = Object.entries(note)
  if (entries.length === 0) return null
  return (
    <dl className="missing__note">
      {entries.map(([key, what]) => (
        <Fragment key={key}>
          <dt>{NOTED[key] ? t(NOTED[key]) : key}</dt>
          <dd>{isAddress(what) ? <a href={what} target="_blank" rel="noreferrer">{what}</a> : shown(what, 200)}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

const isAddress = (what: JsonValue): what is string => typeof what === 'string' && /^https?:\/\//.test(what)

function File({ session, file }: { readonly session: string; readonly file: MissingFile }) {
  const { path, port, record, value, note, problem } = file
  const { expected, got, cure } = problem
  const set = (chosen: typeof value) => {
    if (chosen === undefined) return undefined
    return edit(session, [{ op: 'set_param', at: parent(path), name: nameOf(path), port, value: chosen }])
  }
  return (
    <li className="missing__item">
      <div className="missing__text">
        <code className="missing__type">{shown(value)}</code>
        <span className="missing__uses">{path}</span>
        <p>{t('left.expectedGot', { expected, got })}</p>
        <p className="missing__cure">{cure}</p>
        <Note note={note} />
        <Widget
          port={record}
          name={port}
          label={t('panels.missingChoose')}
          value={value}
          onChange={set}
          onReset={() =>
            void edit(session, [{ op: 'unset_param', at: parent(path), name: nameOf(path), port }])
          }
        />
      </div>
      <IconButton
        icon={Crosshair}
        size="small"
        label={t('panels.showNode')}
        onClick={() => show(session, path)}
      />
    </li>
  )
}
