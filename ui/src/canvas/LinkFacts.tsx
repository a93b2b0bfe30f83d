import { useEffect } from 'react'
import { ServerError, get } from '../api/http'
import { children } from '../graph/level'
import { INPUTS, OUTPUTS, type LinkView, type PortRef } from '../graph/links'
import { t } from '../i18n/t'
import { statsOf, tensorsOf } from '../panels/Inspector/StoredValue'
import type { SummaryRecord, ValueRecord } from '../protocol'
import { announce } from '../shell/announce'
import { useKeyed } from '../stores/keyed'
import { pictureOf, results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { Stats } from '../views/Stats'
import { isBroken, shapeText, shortNumber } from '../views/summary'
import { useLoad, type Loaded } from '../views/useLoad'

export interface LinkFactsProps {
  readonly session: string
  readonly at: string
  readonly link: LinkView
  /** Whether it is read out, as where people came by keyboard. */
  readonly spoken: boolean
}

/** What is stored of the value on a link, in short: a picture, its type, and the figures of its numbers. */
export function LinkFacts({ session, at, link, spoken }: LinkFactsProps) {
  const { source, target } = link
  const path = children(at, source.name)
  const digest = useKeyed(results, nodeKey(session, path))?.[source.port]?.digest ?? ''
  const loaded = useLoad(`${session} ${path} ${source.port} ${digest}`, () => told(session, path, source))
  const ends = `${endText(source)} → ${endText(target)}`
  const found = foundOf(loaded)
  const text = typeof found === 'string' ? found : spokenText(found)
  useEffect(() => {
    if (spoken && text) announce(`${ends}: ${text}`)
  }, [spoken, text, ends])
  return (
    <div className="link-facts" role="group" aria-label={ends}>
      <p className="link-facts__ends">{ends}</p>
      {typeof found === 'string' ? (
        <p className="link-facts__note">{found || t('widgets.loading')}</p>
      ) : (
        <Value record={found} session={session} path={path} />
      )}
    </div>
  )
}

function Value({ record, session, path }: { readonly record: ValueRecord; readonly session: string; readonly path: string }) {
  const { summary, port, digest, type } = record
  const [tensor] = tensorsOf(summary)
  const said = plainText(summary)
  return (
    <>
      {summary.pictures > 0 && (
        <img
          className="link-facts__picture"
          data-pixelated={record.kind === 'image' ? undefined : true}
          src={pictureOf(session, path, port, digest)}
          alt={t('canvas.peekPicture', { name: `${path}.${port}` })}
          decoding="async"
        />
      )}
      {said && <p className="link-facts__text">{said}</p>}
      <Stats summary={tensor ? { type, ...statsOf(tensor) } : { type, size: record.size }} title={`${path}.${port}`} />
      {summary.count > 1 && <p className="link-facts__note">{t('canvas.peekCount', { n: summary.count })}</p>}
    </>
  )
}

const CODES = ['not-run', 'changed', 'gone', 'not-kept', 'in-loop', 'muted', 'not-planned'] as const

/** What a value holds, or why it is not stored. */
async function told(session: string, instance: string, { name, port }: PortRef): Promise<ValueRecord | string> {
  if (name === INPUTS) return t('canvas.peek_input')
  try {
    return await get<ValueRecord>(`sessions/${session}/values`, { instance, port })
  } catch (error) {
    const code = error instanceof ServerError ? CODES.find((one) => one === error.problems[0]?.code) : undefined
    if (code) return t(`canvas.peek_${code}`)
    throw error
  }
}

/** The value, or a text in its place: nothing while it is on its way. */
function foundOf(loaded: Loaded<ValueRecord | string>): ValueRecord | string {
  if (loaded.state === 'failed') return loaded.error
  return loaded.state === 'ready' ? loaded.value : ''
}

/** A value that is plain, in full. */
function plainText({ kind, text, value }: SummaryRecord): string {
  if (kind === 'text') return text
  return value === null || typeof value === 'object' ? '' : String(value)
}

function spokenText({ type, summary }: ValueRecord): string {
  const [tensor] = tensorsOf(summary)
  if (!tensor) return [type, plainText(summary)].filter(Boolean).join(', ')
  const stats = statsOf(tensor)
  const number = (value: number | null) => (value === null ? '—' : shortNumber(value))
  const figures = t('canvas.peekFigures', {
    shape: shapeText(tensor.shape), dtype: tensor.dtype, min: number(tensor.min), max: number(tensor.max), mean: number(tensor.mean),
  })
  return [type, figures, isBroken(stats) ? t('views.nan') : ''].filter(Boolean).join(', ')
}

function endText({ name, port }: PortRef): string {
  return name === INPUTS || name === OUTPUTS ? port : `${name}.${port}`
}
