import { useEffect } from 'react'
import { get } from '../api/http'
import { children } from '../graph/level'
import { INPUTS, OUTPUTS, type LinkView, type PortRef } from '../graph/links'
import { t } from '../i18n/t'
import { whyText } from '../i18n/why'
import type { Explanation, SummaryRecord, ValueRecord } from '../protocol'
import { announce } from '../shell/announce'
import { useKeyed } from '../stores/keyed'
import { explanations } from '../stores/plan'
import { pictureOf, results } from '../stores/results'
import { nodeKey } from '../stores/runs'
import { statsOf, tensorsOf } from '../views/recorded'
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
  const key = nodeKey(session, path)
  const digest = useKeyed(results, key)?.[source.port]?.digest ?? ''
  const plan = useKeyed(explanations, key)
  const loaded = useLoad(`${key} ${source.port} ${digest} ${plan?.status ?? ''}`, () =>
    digest ? told(session, { instance: path, port: source.port, digest }) : Promise.resolve(whyNot(source.name, plan)),
  )
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

function told(session: string, where: Record<'instance' | 'port' | 'digest', string>): Promise<ValueRecord | string> {
  return get<ValueRecord>(`sessions/${session}/values`, where)
}

/** Why nothing is stored of a value. */
function whyNot(name: string, plan: Explanation | undefined): string {
  if (name === INPUTS) return t('canvas.peekInput')
  if (!plan) return t('canvas.peekNone')
  if (plan.status === 'hit') return t('canvas.peekNotKept')
  return [t('canvas.peekNotRun'), plan.status === 'run' ? whyText(plan) : ''].filter(Boolean).join(' · ')
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
