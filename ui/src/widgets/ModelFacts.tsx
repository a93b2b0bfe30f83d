import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { get } from '../api/http'
import { entry } from '../graph/level'
import { formatBytes, formatNumber, t } from '../i18n/t'
import type { ModelDetailRecord, ModelRecord } from '../protocol'
import { useLoad } from '../views/useLoad'
import { useCatalogue } from '../stores/catalogue'
import { LicenceNote } from './LicenceNote'
import { familyTitle, kindTitle, modelPath, precisionText, typeTitle } from './models'

/** What is known of a model, but for its title; on demand also what stands in its headers. */
export function ModelFacts({ model }: { readonly model: ModelRecord }) {
  const { name, kind, family, variant, prediction, layout, size, parameters, missing, problem, author, licence } = model
  const terms = useCatalogue(({ licences }) => entry(licences, family))
  const [asked, setAsked] = useState(false)
  return (
    <>
      {problem !== '' && <p className="widget-note" data-bad>{problem}</p>}
      {missing.length > 0 && (
        <p className="model-facts__missing">
          <TriangleAlert size={14} aria-hidden />
          {t('widgets.modelLacks', { what: missing.join(', ') })}
        </p>
      )}
      {terms?.restricted && <LicenceNote terms={terms} />}
      <dl className="model-facts">
        <Row term={t('widgets.file')} text={name} />
        <Row term={t('widgets.author')} text={author} />
        <Row term={t('widgets.licence')} text={licence} />
        <Row term={t('widgets.licenceOfFamily')} text={terms && !terms.restricted ? terms.text : ''} />
        <Row term={t('widgets.kind')} text={[kindTitle(kind), layout].filter(Boolean).join(', ')} />
        <Row term={t('widgets.family')} text={[familyTitle(family), variant, prediction].filter(Boolean).join(', ')} />
        <Row term={t('widgets.precision')} text={precisionText(model)} />
        <Row term={t('widgets.size')} text={sizeText(size, parameters)} />
      </dl>
      {problem === '' && (
        <details className="model-facts__more" onToggle={(event) => event.currentTarget.open && setAsked(true)}>
          <summary>{t('widgets.modelMore')}</summary>
          {asked && <Headers name={name} />}
        </details>
      )}
    </>
  )
}

function sizeText(size: number, parameters: number): string {
  if (parameters === 0) return formatBytes(size)
  return t('widgets.modelSize', { size: formatBytes(size), parameters: formatNumber(parameters / 1e6, parameters < 1e7 ? 1 : 0) })
}

function Headers({ name }: { readonly name: string }) {
  const loaded = useLoad(name, () => get<ModelDetailRecord>(modelPath(name)))
  if (loaded.state === 'loading') return <p className="widget-note" role="status">{t('widgets.loading')}</p>
  if (loaded.state === 'failed') return <p className="widget-note" role="alert">{loaded.error}</p>
  const { parts, tensors, dtypes, metadata } = loaded.value
  const told = Object.entries(metadata).flatMap(([key, value]) => (typeof value === 'string' && value.length <= LONGEST ? [[key, value] as const] : []))
  return (
    <dl className="model-facts">
      {Object.entries(parts).map(([part, text]) => <Row key={part} term={part || t('widgets.modelClass')} text={text} />)}
      {tensors > 0 && <Row term={t('widgets.modelTensors')} text={formatNumber(tensors)} />}
      <Row term={t('widgets.modelNumbers')} text={Object.keys(dtypes).map(typeTitle).join(', ')} />
      {told.slice(0, MOST).map(([key, value]) => <Row key={`of ${key}`} term={key} text={value} />)}
    </dl>
  )
}

/** Characters of what a maker wrote, and entries of it, beyond which it is not shown. */
const LONGEST = 300
const MOST = 40

function Row({ term, text }: { readonly term: string; readonly text: string }) {
  if (text === '') return null
  return (
    <div className="model-facts__row">
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  )
}
