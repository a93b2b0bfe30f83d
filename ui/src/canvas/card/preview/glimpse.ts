/** What the server tells of a stored value in short: asked for once, by cards that are in view. */

import { useEffect, useState } from 'react'
import { address, get } from '../../../api/http'
import type { ValueRecord } from '../../../protocol'
import type { Result } from '../../../stores/results'

/** An output of an instance, and what is stored of it. */
export interface Stored {
  readonly session: string
  readonly path: string
  readonly port: string
  readonly result: Result
  /** Whether an edit has made it invalid: then the server has it no more, and what this page knows is all. */
  readonly old: boolean
}

const MOST = 400
const kept = new Map<string, ValueRecord>()

/** What a value holds, without its figures; undefined until that is known. */
export function useGlimpse(stored: Stored | null): ValueRecord | undefined {
  const key = stored ? `${stored.session} ${stored.path} ${stored.port} ${stored.result.digest}` : ''
  const [, tell] = useState('')
  useEffect(() => {
    if (!stored || stored.old || kept.has(key)) return
    let wanted = true
    void ask(key, stored).then(() => wanted && tell(key))
    return () => {
      wanted = false
    }
    // The key names all that is asked for
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key])
  return kept.get(key)
}

const asked = new Map<string, Promise<void>>()

function ask(key: string, { session, path, port, result }: Stored): Promise<void> {
  const before = asked.get(key)
  if (before) return before
  const query = { instance: path, port, digest: result.digest, figures: false }
  const answer = get<ValueRecord>(`sessions/${session}/values`, query)
    .then((record) => keep(key, record))
    .catch(() => undefined) // an edit or a run has taken it away meanwhile: what is there now has another key
    .finally(() => asked.delete(key))
  asked.set(key, answer)
  return answer
}

function keep(key: string, record: ValueRecord): void {
  kept.set(key, record)
  for (const first of kept.keys()) {
    if (kept.size <= MOST) return
    kept.delete(first)
  }
}

/** Address of the file that a run writes of a value. */
export function fileOf({ session, path, port, result }: Stored): string {
  return address(`sessions/${session}/values/file`, { instance: path, port, digest: result.digest })
}
