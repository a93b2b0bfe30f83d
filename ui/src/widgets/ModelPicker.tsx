import { Box, ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { lazy, Suspense, useState } from 'react'
import { address, get } from '../api/http'
import { formatBytes, formatNumber, t } from '../i18n/t'
import type { ModelDetailRecord, ModelRecord } from '../protocol'
import { Button } from '../shell/Button'
import { held, shownText, type Control } from './control'
import type { FormOf } from './schema'
import { useLoad } from '../views/useLoad'
import './model-picker.css'

const SearchList = lazy(() => import('./SearchList').then((module) => ({ default: module.SearchList })))
const UNSET = ' '

/** A model of the model folders, with its size and, on demand, what its headers say. */
export function ModelPicker(props: Control) {
  const { id, field, value, disabled, compact, aria } = props
  const [open, setOpen] = useState(false)
  const name = shownText(held(props))
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        id={id}
        className="choice nodrag"
        data-compact={compact || undefined}
        data-unset={value === undefined || undefined}
        disabled={disabled}
        {...aria}
      >
        <Box className="model-picker__icon" size={14} aria-hidden />
        <span className="choice__text" title={name}>
          {name || t(field.nullable ? 'widgets.notSet' : 'widgets.chooseModel')}
        </span>
        <ChevronDown className="choice__arrow" size={14} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="choice-menu model-menu nowheel" align="start" sideOffset={4} collisionPadding={8} aria-label={props.label}>
          <Suspense fallback={<p className="widget-note">{t('widgets.loading')}</p>}>
            <Models {...props} name={name} onDone={() => setOpen(false)} />
          </Suspense>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Models({ field, name, label, onChange, onDone }: Control & { name: string; onDone: () => void }) {
  const form = field.form as FormOf<'model'>
  const loaded = useLoad('models', () => get<ModelRecord[]>('models'))
  if (loaded.state === 'loading') return <p className="widget-note">{t('widgets.loading')}</p>
  if (loaded.state === 'failed') {
    return (
      <p className="widget-note" role="alert">
        {loaded.error}{' '}
        <Button onClick={loaded.retry}>{t('widgets.retry')}</Button>
      </p>
    )
  }
  const models = fitting(form, loaded.value)
  const pictured = models.some((one) => one.picture !== '')
  const items = models.map((one) => ({
    id: one.name,
    text: one.name,
    hint: `${one.format} · ${formatBytes(one.size)}`,
    ...(pictured && { picture: one.picture && address(`${pathOf(one.name)}/thumbnail`, { size: 96, of: one.picture }) }),
  }))
  const missing = name !== '' && !models.some((one) => one.name === name)
  return (
    <>
      {missing && <p className="widget-note" data-bad>{t('widgets.modelMissing', { name })}</p>}
      <SearchList
        label={label}
        chosen={name === '' ? UNSET : name}
        items={field.nullable ? [{ id: UNSET, text: t('widgets.notSet') }, ...items] : items}
        empty={t('widgets.noModels')}
        onChoose={(chosen) => {
          onChange(chosen === UNSET ? null : chosen)
          onDone()
        }}
        foot={(at) => (at === UNSET ? null : <Details key={at} name={at} />)}
      />
    </>
  )
}

/** The models that a port reads: folders in diffusers' layout, or files by their ending. */
export function fitting(form: Pick<FormOf<'model'>, 'folder' | 'suffixes'>, models: readonly ModelRecord[]): ModelRecord[] {
  return models.filter((model) =>
    form.folder
      ? model.format === 'diffusers'
      : model.format !== 'diffusers' &&
        (form.suffixes.length === 0 || form.suffixes.some((suffix) => model.name.toLowerCase().endsWith(suffix))),
  )
}

const pathOf = (name: string) => `models/${name.split('/').map(encodeURIComponent).join('/')}`

function Details({ name }: { readonly name: string }) {
  const [asked, setAsked] = useState(false)
  return asked ? (
    <Detail name={name} />
  ) : (
    <Button onClick={() => setAsked(true)}>{t('widgets.modelDetails', { name })}</Button>
  )
}

function Detail({ name }: { readonly name: string }) {
  const loaded = useLoad(name, () => get<ModelDetailRecord>(pathOf(name)))
  if (loaded.state === 'loading') return <p className="widget-note">{t('widgets.loading')}</p>
  if (loaded.state === 'failed') return <p className="widget-note" role="alert">{loaded.error}</p>
  const { parts, parameters, tensors, dtypes } = loaded.value
  const whole = parts['']
  const others = Object.entries(parts).filter(([part]) => part !== '')
  return (
    <dl className="model-detail" aria-live="polite">
      {whole !== undefined && <Row term={t('widgets.modelClass')} text={whole} />}
      {parameters > 0 && (
        <Row
          term={t('widgets.modelParameters')}
          text={t('widgets.modelCount', { parameters: formatNumber(parameters / 1e6, 1), n: tensors })}
        />
      )}
      {Object.keys(dtypes).length > 0 && <Row term={t('widgets.modelNumbers')} text={Object.keys(dtypes).join(', ')} />}
      {others.map(([part, text]) => <Row key={part} term={part} text={text} />)}
    </dl>
  )
}

function Row({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div className="model-detail__row">
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  )
}
