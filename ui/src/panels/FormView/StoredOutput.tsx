import { address, get } from '../../api/http'
import type { ValueRecord } from '../../protocol'
import type { Result } from '../../stores/results'
import { factsOf, plainOf, viewOf } from '../../views/recorded'
import { WhenLoaded } from '../../views/Told'
import { useLoad } from '../../views/useLoad'
import { ValueView } from '../../views/ValueView'

/** Pictures of one value that are shown. */
const PICTURES = 64
/** What is more than the pictures that can be drawn of it. */
const MOVING: ReadonlySet<ValueRecord['kind']> = new Set(['video', 'audio', 'mesh', 'plot'])

export interface StoredOutputProps {
  readonly session: string
  /** Path of the instance that gave it. */
  readonly path: string
  readonly port: string
  readonly result: Result
}

/** A stored value, large, without its figures. */
export function StoredOutput({ session, path, port, result }: StoredOutputProps) {
  const where = { instance: path, port, digest: result.digest }
  const loaded = useLoad(`${session} ${path} ${port} ${result.digest}`, () =>
    get<ValueRecord>(`sessions/${session}/values`, where),
  )
  return (
    <WhenLoaded loaded={loaded}>
      {(record) => {
        const { kind, media, summary } = record
        const file = media ? address(`sessions/${session}/values/file`, where) : undefined
        if (summary.pictures > 0 && !MOVING.has(kind)) {
          const [kindOfFile, more] = kind === 'image' && file ? ['file', {}] : ['picture', { size: 1024 }]
          const pictureAt = (index: number) =>
            address(`sessions/${session}/values/${kindOfFile}`, { ...where, ...more, index })
          const count = Math.min(PICTURES, summary.pictures)
          return (
            <div className="form-output__values" data-count={count}>
              {Array.from({ length: count }, (_, index) => (
                <img key={index} className="form-output__picture" src={pictureAt(index)} alt={port} />
              ))}
            </div>
          )
        }
        return (
          <ValueView
            kind={viewOf(record)}
            {...(file ? { url: file } : {})}
            mime={media}
            value={plainOf(summary)}
            summary={factsOf(record)}
            size="panel"
            title={port}
          />
        )
      }}
    </WhenLoaded>
  )
}
