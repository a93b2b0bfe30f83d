import { useEffect, useMemo, useState } from 'react'
import { t } from '../i18n/t'
import { Button } from '../shell/Button'
import { loadModels, useModels } from '../stores/models'
import type { Control } from './control'
import { ModelFacts } from './ModelFacts'
import { ModelList } from './ModelList'
import { isMeant, reads } from './models'
import type { FormOf } from './schema'

interface ModelChoiceProps extends Control {
  /** The model that holds now; empty for none. */
  readonly name: string
  readonly onDone: () => void
}

/** The models that a port takes, to choose one; on demand also those of kinds that it is not for. */
export function ModelChoice({ field, name, label, onChange, onDone }: ModelChoiceProps) {
  const form = field.form as FormOf<'model'>
  const { models, error } = useModels()
  const [others, setOthers] = useState(false)
  useEffect(() => void loadModels(), [])
  const readable = useMemo(() => models?.filter((model) => reads(form, model)) ?? [], [models, form])
  const meant = useMemo(() => readable.filter((model) => isMeant(form, model) || model.name === name), [readable, form, name])
  if (!models) return error === '' ? <p className="widget-note">{t('widgets.loading')}</p> : <Failed error={error} />
  const shown = others ? readable : meant
  const choose = (value: string | null) => {
    onChange(value)
    onDone()
  }
  return (
    <>
      {name !== '' && !readable.some((one) => one.name === name) && (
        <p className="widget-note" data-bad>{t('widgets.modelMissing', { name })}</p>
      )}
      {shown.length > 0 ? (
        <ModelList
          label={label}
          models={shown}
          chosen={name}
          atOnce
          first
          onChoose={(model) => choose(model.name)}
          foot={(model) => <ModelFacts model={model} />}
        />
      ) : (
        <p className="widget-note">{t('widgets.noModels')}</p>
      )}
      <div className="model-menu__more">
        {field.nullable && name !== '' && <Button kind="quiet" onClick={() => choose(null)}>{t('widgets.unset')}</Button>}
        {meant.length < readable.length && (
          <label className="model-menu__others">
            <input type="checkbox" checked={others} onChange={(event) => setOthers(event.target.checked)} />
            {t('widgets.otherKinds', { n: readable.length - meant.length })}
          </label>
        )}
      </div>
    </>
  )
}

function Failed({ error }: { readonly error: string }) {
  return (
    <p className="widget-note" role="alert">
      {error} <Button onClick={() => void loadModels()}>{t('widgets.retry')}</Button>
    </p>
  )
}
