import { address, get } from '../../api/http'
import { formatBytes, t } from '../../i18n/t'
import type { SummaryRecord, TensorRecord, ValueRecord } from '../../protocol'
import { pictureOf, type Result } from '../../stores/results'
import { Stats } from '../../views/Stats'
import { shapeText, type ValueSummary } from '../../views/summary'
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
  const drawn = record.kind === 'image' ? file : picture
  return (
    <>
      <ValueView
        kind={record.kind === 'model' ? 'other' : record.kind}
        url={picture ? drawn : file}
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

const TENSORS = 8

/** The tensors of a value, or else those of its first items. */
export function tensorsOf(summary: SummaryRecord): readonly TensorRecord[] {
  const own = summary.tensors.length > 0 ? summary.tensors : summary.items.flatMap((item) => item.tensors)
  return own.slice(0, TENSORS)
}

/** A tensor as the viewers take it; what is not finite counts as broken. */
export function statsOf({ shape, dtype, min, max, mean, std, nan, inf, histogram }: TensorRecord): ValueSummary {
  return { shape, dtype, min, max, mean, std, nan: nan + inf, histogram }
}

function factsOf({ type, size, summary }: ValueRecord): ValueSummary {
  const [first] = tensorsOf(summary)
  return first && summary.tensors.length === 1 ? { ...statsOf(first), type } : { type, size }
}

/** The value itself, as far as it was told. */
function plainOf(summary: SummaryRecord): ReturnType<typeof itemOf> | undefined {
  if (summary.kind === 'list') return summary.items.map(itemOf)
  const value = itemOf(summary)
  return value === null ? undefined : value
}

function itemOf({ kind, text, value, type }: SummaryRecord) {
  if (kind === 'text') return text
  if (value !== null) return value
  return kind === 'number' || kind === 'bool' ? null : type
}
