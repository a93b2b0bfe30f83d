import { address, get } from '../../api/http'
import type { ValueRecord } from '../../protocol'
import { pictureOf, type Result } from '../../stores/results'
import { WhenLoaded } from '../../views/Told'
import { useLoad } from '../../views/useLoad'
import { ValueView } from '../../views/ValueView'

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
      {({ kind, media, summary }) => {
        const file = media ? address(`sessions/${session}/values/file`, where) : undefined
        if (summary.pictures > 0 && kind !== 'video') {
          const picture =
            kind === 'image' && file ? file : pictureOf(session, path, port, result.digest, 1024)
          return <img className="form-output__picture" src={picture} alt={port} />
        }
        const value = summary.text || summary.value
        const shown = kind === 'model' ? 'other' : kind
        return (
          <ValueView
            kind={shown}
            {...(file ? { url: file } : {})}
            mime={media}
            value={value}
            size="panel"
            title={port}
          />
        )
      }}
    </WhenLoaded>
  )
}
