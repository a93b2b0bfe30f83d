import { address, get } from '../../api/http'
import { formatBytes, t } from '../../i18n/t'
import type { TensorRecord, ValueRecord } from '../../protocol'
import { pictureOf, type Result } from '../../stores/results'
import { factsOf, plainOf, statsOf, tensorsOf, viewOf } from '../../views/recorded'
import { Stats } from '../../views/Stats'
import { shapeText } from '../../views/summary'
import { WhenLoaded } from '../../views/Told'
import { useLoad } from '../../views/useLoad'
import { ValueView } from '../../views/ValueView'
import './stored-value.css'

interface StoredValueProps {
  readonly session: string
  /** Path of the instance that gave it. */
  readonly path: string
  readonly port: string
  readonly result: Result
}

/** Kinds that are shown by their picture alone. */
const DRAWN: ReadonlySet<ValueRecord['kind']> = new Set(['mask', 'latent'])

/** What an output holds: the value itself or a picture of it, and its figures. */
export function StoredValue({ session, path, port, result }: StoredValueProps) {
  const where = { instance: path, port, digest: result.digest }
  const loaded = useLoad(`${session} ${path} ${port} ${result.digest}`, () =>
    get<ValueRecord>(`sessions/${session}/values`, where),
  )
  return (
    <div className="stored-value">
      <WhenLoaded loaded={loaded}>
        {(record) => <Shown record={record} session={session} path={path} port={port} />}
      </WhenLoaded>
    </div>
  )
}

interface ShownProps {
  readonly record: ValueRecord
  readonly session: string
  readonly path: string
  readonly port: string
}

function Shown({ record, session, path, port }: ShownProps) {
  const { summary, digest, media, size } = record
  const file = media ? address(`sessions/${session}/values/file`, { instance: path, port, digest }) : undefined
  const picture = summary.pictures > 0 ? pictureOf(session, path, port, digest, 512) : undefined
  // What is drawn of other kinds is a look at them, and no more
  const url = DRAWN.has(record.kind) ? (picture ?? file) : file
  return (
    <>
      <ValueView
        kind={viewOf(record)}
        url={url}
        thumbnail={picture}
        mime={media}
        value={plainOf(summary)}
        summary={factsOf(record)}
        size="panel"
        title={`${path}.${port}`}
      />
      <dl className="stored-value__facts">
        <Fact term={t('left.type')}>{record.type}</Fact>
        {summary.count > 1 && <Fact term={t('left.count')}>{summary.count}</Fact>}
        {summary.width > 0 && <Fact term={t('left.pixels')}>{shapeText([summary.width, summary.height])}</Fact>}
        {Object.entries(summary.fields).map(([name, value]) => (
          <Fact key={name} term={name}>{typeof value === 'string' ? value : JSON.stringify(value)}</Fact>
        ))}
        <Fact term={t('left.size')}>{formatBytes(size)}</Fact>
      </dl>
      {tensorsOf(summary).map((tensor) => (
        <Tensor key={tensor.name} tensor={tensor} />
      ))}
    </>
  )
}

function Fact({ term, children }: { readonly term: string; readonly children: string | number }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Tensor({ tensor }: { readonly tensor: TensorRecord }) {
  return (
    <div className="stored-value__tensor">
      {tensor.name && <p className="stored-value__name">{tensor.name}</p>}
      <Stats summary={statsOf(tensor)} title={tensor.name || t('left.tensor')} />
    </div>
  )
}
